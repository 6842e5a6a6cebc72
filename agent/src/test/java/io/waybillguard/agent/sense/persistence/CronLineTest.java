package io.waybillguard.agent.sense.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CronLineTest {

  @Test
  void aSystemTableNamesTheUser() {
    assertEquals(
        Optional.of(new CronLine("17 * * * *", "root", "cd / && run-parts /etc/cron.hourly")),
        CronLine.ofSystem("17 *\t* * *\troot\tcd / && run-parts /etc/cron.hourly"));
  }

  @Test
  void aUsersOwnTableDoesNot() {
    assertEquals(
        Optional.of(new CronLine("*/5 8-18 * jan-mar mon", "", "root /home/desk/.x")),
        CronLine.ofUser("*/5 8-18 * jan-mar mon root /home/desk/.x"));
  }

  @Test
  void aNicknameStandsForTheFiveFields() {
    assertEquals(
        Optional.of(new CronLine("@reboot", "desk", "/tmp/a b")),
        CronLine.ofSystem("@reboot desk /tmp/a b"));
    assertEquals(
        Optional.of(new CronLine("@daily", "", "/tmp/a b")), CronLine.ofUser("@daily /tmp/a b"));
  }

  @Test
  void whatIsNoJobIsPassedOver() {
    for (String line :
        List.of("", "# 1 * * * * root x", "SHELL=/bin/sh", "MAILTO=a b c d e f g", "1 * * * *")) {
      assertEquals(Optional.empty(), CronLine.ofSystem(line), line);
      assertEquals(Optional.empty(), CronLine.ofUser(line), line);
    }
  }
}
