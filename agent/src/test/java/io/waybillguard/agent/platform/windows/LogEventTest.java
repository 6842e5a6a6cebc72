package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real events; where each comes from is in events/ORIGINS.md. */
final class LogEventTest {
  private static final List<String> ALL =
      List.of(
          "kernelpnp-400",
          "kernelpnp-410",
          "lsm-21",
          "lsm-22",
          "lsm-23",
          "lsm-24",
          "lsm-25",
          "lsm-39",
          "partition-1006-a",
          "partition-1006-b",
          "rcm-1149-a",
          "rcm-1149-b",
          "rcm-261",
          "rdpcorets-131-tcp",
          "rdpcorets-140",
          "security-4616",
          "security-4624-type2",
          "security-4624-type3",
          "security-4624-type5",
          "security-4624-type7",
          "security-4625-type2",
          "security-4634-type2",
          "security-4634-type3",
          "security-4688",
          "security-4697",
          "security-4698",
          "security-4720",
          "security-4732",
          "security-4778-docs",
          "security-4778",
          "security-4779",
          "security-6416",
          "system-104",
          "system-20001",
          "system-7040",
          "system-7045-driver",
          "system-7045-service",
          "taskscheduler-106");

  private static String xml(String name) throws IOException {
    try (InputStream in = LogEventTest.class.getResourceAsStream("events/" + name + ".xml")) {
      assertNotNull(in, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static LogEvent event(String name) throws IOException {
    return LogEvent.of(xml(name));
  }

  @Test
  void every_sample_is_read_with_the_number_that_its_file_is_named_by() throws IOException {
    for (String name : ALL) {
      LogEvent event = event(name);
      String id = name.replaceAll("^[a-z]+-(\\d+).*$", "$1");
      assertEquals(Integer.parseInt(id), event.id(), name);
      assertFalse(event.provider().isEmpty(), name);
      assertTrue(event.at().isAfter(Instant.parse("2009-01-01T00:00:00Z")), name);
    }
  }

  @Test
  void a_login_that_the_manager_of_remote_connections_let_in() throws IOException {
    LogEvent event = event("rcm-1149-a");
    assertEquals("Microsoft-Windows-TerminalServices-RemoteConnectionManager", event.provider());
    assertEquals(Instant.parse("2018-08-07T18:37:12.964091100Z"), event.at());
    assertEquals(462_939, event.record());
    assertEquals("user1", event.value("Param1"));
    assertEquals("CLIENT-PC", event.value("Param2"));
    assertEquals("203.0.113.11", event.value("Param3"));
  }

  @Test
  void a_session_of_the_local_manager_in_the_form_of_an_exporting_tool() throws IOException {
    LogEvent event = event("lsm-21");
    assertEquals(Instant.parse("2018-05-04T18:30:42.921290Z"), event.at());
    assertEquals("WIN10-TEST\\Administrator", event.value("User"));
    assertEquals("1", event.value("SessionID"));
    assertEquals("LOCAL", event.value("Address"));
    assertEquals("", event("lsm-23").value("Address"), "a logoff tells none");
  }

  @Test
  void where_a_connection_comes_from() throws IOException {
    assertEquals("203.0.113.13:54151", event("rdpcorets-131-tcp").value("ClientIP"));
  }

  @Test
  void word_of_an_event_that_was_lost_is_not_that_event() throws IOException {
    LogEvent event = event("security-4647");
    assertEquals(1108, event.id());
    assertEquals("4647", event.value("EventID"));
  }

  @Test
  void a_device_that_was_plugged_in_for_the_first_time() throws IOException {
    LogEvent event = event("security-6416");
    assertEquals(
        "USBSTOR\\Disk&Ven_JetFlash&Prod_Transcend_64GB&Rev_1100\\1234567890ABCDEF&0",
        event.value("DeviceId"));
  }

  @Test
  void what_is_no_event_is_refused_with_what_is_wrong() throws IOException {
    IllegalArgumentException cut =
        assertThrows(
            IllegalArgumentException.class, () -> LogEvent.of(xml("rcm-1149-a").substring(0, 200)));
    assertTrue(String.valueOf(cut.getMessage()).startsWith("an event is no XML"));
    IllegalArgumentException other =
        assertThrows(IllegalArgumentException.class, () -> LogEvent.of("<Event/>"));
    assertEquals(
        "an event has \"\" for its EventID, not a number", String.valueOf(other.getMessage()));
  }

  @Test
  void an_event_cannot_make_us_read_a_file() {
    String evil =
        "<!DOCTYPE Event [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
            + "<Event><System><EventID>&x;</EventID></System></Event>";
    assertThrows(IllegalArgumentException.class, () -> LogEvent.of(evil));
  }
}
