package io.waybillguard.agent.sense.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

final class LogTimeTest {
  private static final Instant NOW = Instant.parse("2026-11-27T09:30:00Z");
  private final LogTime times = new LogTime(ZoneId.of("Asia/Shanghai"));

  private void isAt(String moment, String line) {
    assertEquals(Instant.parse(moment), times.in(line, NOW), line);
  }

  @Test
  void eachFormThatLogsHaveIsRead() {
    isAt("2026-11-27T09:04:33Z", "Nov 27 17:04:33 desk sshd[9]: Accepted");
    isAt("2026-11-27T09:04:33.123456Z", "2026-11-27T17:04:33.123456+08:00 desk sshd[9]: Accepted");
    isAt("2026-11-27T09:04:33Z", "[20261127-17:04:33] [INFO ] starting xrdp");
    isAt("2026-11-27T09:04:33.250Z", "[2026-11-27 17:04:33.250 +08:00] INFO [src/server.rs:1]");
    isAt("2026-11-27T09:04:33Z", "2026-11-27 17:04:33 started");
    isAt("2026-10-31T16:00:00Z", "Nov  1 00:00:00 desk sshd[9]: Accepted");
  }

  @Test
  void aSyslogLineOfDecemberReadInJanuaryIsOfLastYear() {
    Instant january = Instant.parse("2027-01-01T00:10:00Z");
    assertEquals(
        Instant.parse("2026-12-31T15:59:00Z"), times.in("Dec 31 23:59:00 desk x", january));
  }

  @Test
  void whatIsNoTimeOrCannotBeIsNow() {
    for (String line :
        new String[] {
          "",
          "no time",
          "Feb 31 10:00:00 x",
          "2026-13-41 10:00:00",
          "2019-01-01 00:00:00 x",
          "2026-11-27 17:31:00 in the future",
          "[20269999-99:99:99] x"
        }) {
      assertEquals(NOW, times.in(line, NOW), line);
    }
  }
}
