package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether any process or thread was started since the last time, from the number that the kernel
 * gave last: the fifth field of {@code /proc/loadavg}, proc_loadavg(5). One small file instead of
 * two for each process.
 */
final class NewestProcess {
  private static final Logger LOG = LoggerFactory.getLogger(NewestProcess.class);
  private static final int FIELD = 4;

  private final Path file;
  private String before = "";

  NewestProcess(Path proc) {
    this.file = proc.resolve("loadavg");
  }

  /** Also {@code true} the first time, and where the kernel does not tell. */
  boolean isAnother() {
    String now = number();
    boolean isSame = !now.isEmpty() && now.equals(before);
    before = now;
    return !isSame;
  }

  private String number() {
    try {
      String[] fields = Files.readString(file, StandardCharsets.US_ASCII).strip().split(" ");
      return fields.length > FIELD ? fields[FIELD] : "";
    } catch (IOException e) {
      LOG.trace("{} cannot be read: {}", file, e.toString());
      return "";
    }
  }
}
