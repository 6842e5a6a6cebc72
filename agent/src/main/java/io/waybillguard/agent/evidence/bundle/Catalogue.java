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
 * The list that goes with electronic data: number, file, type, format, size, integrity check
 * values, times (法发〔2016〕22号 article 14). CSV (RFC 4180) in UTF-8 with a byte order mark, which
 * spreadsheet programs need to read Chinese.
 */
final class Catalogue {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS XXX", Locale.ROOT);

  private final StringBuilder csv =
      new StringBuilder(
          "\uFEFF序号,文件,记录类型,格式,大小（字节）,SHA-256,SM3,事件时间（本机时钟）,"
              + "总部上次见证（当时日志里还没有此记录）,总部见证（此记录不晚于）\r\n");
  private final ZoneId zone;
  private int number;

  Catalogue(ZoneId zone) {
    this.zone = zone;
  }

  void add(String file, Leaf leaf, String format, byte[] content, Brackets.Bracket bracket) {
    csv.append(++number)
        .append(',')
        .append(cell(file))
        .append(',')
        .append(cell(leaf.type()))
        .append(',')
        .append(cell(format))
        .append(',')
        .append(content.length)
        .append(',')
        .append(Hash.sha256(content).hex())
        .append(',')
        .append(Sm3.hex(content))
        .append(',')
        .append(time(Instant.ofEpochMilli(leaf.wall())))
        .append(',')
        .append(time(bracket.without()))
        .append(',')
        .append(time(bracket.with()))
        .append("\r\n");
  }

  /**
   * Types and formats come from the machine. Quoted where CSV asks for it, and never a formula to a
   * spreadsheet program.
   */
  static String cell(String text) {
    String safe = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
    return safe.matches("(?s).*[\",\\r\\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  private String time(Optional<Brackets.Seen> seen) {
    return seen.map(s -> time(s.at())).orElse("");
  }

  private String time(Instant at) {
    return TIME.format(at.atZone(zone));
  }

  byte[] bytes() {
    return csv.toString().getBytes(StandardCharsets.UTF_8);
  }
}
