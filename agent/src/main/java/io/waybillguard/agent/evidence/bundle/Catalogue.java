package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Leaf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * The list that goes with electronic data: number, file, type, format, size, integrity check value,
 * time (法发〔2016〕22号 article 14). CSV in UTF-8 with a byte order mark, which spreadsheet programs
 * need to read Chinese.
 */
final class Catalogue {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS XXX", Locale.ROOT);

  private final StringBuilder csv =
      new StringBuilder("\uFEFF序号,文件,记录类型,格式,大小（字节）,SHA-256,事件时间（本机时钟）,总部见证时间（不晚于）\r\n");
  private final ZoneId zone;
  private final String witnessed;
  private int number;

  /**
   * @param witnessed when a witness first cosigned a head over the records, if one did: they were
   *     made before that
   */
  Catalogue(ZoneId zone, Optional<Instant> witnessed) {
    this.zone = zone;
    this.witnessed = witnessed.map(this::time).orElse("");
  }

  void add(String file, Leaf leaf, String format, byte[] content) {
    csv.append(++number)
        .append(',')
        .append(file)
        .append(',')
        .append(leaf.type())
        .append(',')
        .append(format)
        .append(',')
        .append(content.length)
        .append(',')
        .append(Hash.sha256(content).hex())
        .append(',')
        .append(time(Instant.ofEpochMilli(leaf.wall())))
        .append(',')
        .append(witnessed)
        .append("\r\n");
  }

  private String time(Instant at) {
    return TIME.format(at.atZone(zone));
  }

  byte[] bytes() {
    return csv.toString().getBytes(StandardCharsets.UTF_8);
  }
}
