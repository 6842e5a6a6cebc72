package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.ImagesHandled.Act;
import io.waybillguard.agent.event.ProcessRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImagesCarriedOffTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final long MIB = 1L << 20;
  private static final ProcessRef SHELL = new ProcessRef(40, "/bin/bash", "desk");
  private static final ProcessRef DESKTOP = new ProcessRef(41, "/usr/lib/systemd/systemd", "desk");

  private final ImagesCarriedOff rule =
      new ImagesCarriedOff(new ImagesCarriedOff.Settings(3, MIB / 16, 3, Duration.ofMinutes(2)));
  private final List<Finding> told = new ArrayList<>();
  private long seq;

  private void read(String program, long images, int at, ProcessRef parent, boolean allowed) {
    handled(Act.READ, program, images, at, parent, allowed);
  }

  private void handled(
      Act act, String program, long images, int at, ProcessRef parent, boolean allowed) {
    Instant when = NOON.plusSeconds(at);
    told.addAll(
        rule.on(
            seq++,
            new ImagesHandled(
                when,
                when.minusSeconds(1),
                act,
                new ProcessRef(100, program, "desk"),
                parent,
                allowed,
                images,
                images,
                images,
                images * MIB,
                "/srv/scan",
                "",
                "")));
  }

  private void sent(String program, long bytes, int at, ProcessRef parent, boolean allowed) {
    Instant when = NOON.plusSeconds(at);
    told.addAll(
        rule.on(
            seq++,
            new BytesSent(
                when,
                when.minusSeconds(1),
                new ProcessRef(101, program, "desk"),
                parent,
                allowed,
                new BytesSent.Peer("10.0.0.2", 443, "pan.example", "netdisk", false),
                bytes,
                0,
                1)));
  }

  private List<String> steps() {
    return told.stream().map(f -> f.facts().text("step", "") + " " + f.severity()).toList();
  }

  @Test
  void aReaderThatIsNotAllowedAndSendsIsFoundWithCountBytesAndPlace() throws Exception {
    read("/usr/bin/curl", 60, 0, SHELL, false);
    sent("/usr/bin/curl", 48 * MIB, 10, SHELL, false);
    assertEquals(List.of("reader HIGH"), steps());
    Finding found = told.get(0);
    assertEquals("/usr/bin/curl", found.facts().text("path"));
    assertEquals(60, found.facts().number("images"));
    assertEquals(48 * MIB, found.facts().number("bytes"));
    assertEquals("pan.example (10.0.0.2):443", found.facts().text("peer"));
    assertEquals("netdisk", found.facts().text("destination"));
    assertEquals(List.of(0L, 1L), found.about());
  }

  @Test
  void theOrderOfTheRecordsMakesNoDifference() {
    sent("/usr/bin/curl", 48 * MIB, 10, SHELL, false);
    read("/usr/bin/curl", 60, 9, SHELL, false);
    assertEquals(List.of("reader HIGH"), steps());
  }

  @Test
  void whatWasSentBeforeTheFirstImageWasReadDoesNotCount() {
    sent("/usr/bin/firefox", 48 * MIB, 0, DESKTOP, false);
    read("/usr/bin/firefox", 60, 100, DESKTOP, false);
    assertEquals(List.of(), steps());
    sent("/usr/bin/firefox", MIB, 110, DESKTOP, false);
    assertEquals(List.of("reader HIGH"), steps());
    assertEquals(MIB, told.get(0).facts().number("bytes", 0));
  }

  @Test
  void aFewImagesWeighLessAndFewerThanTheSettingNothing() {
    read("/usr/bin/firefox", 2, 0, DESKTOP, false);
    sent("/usr/bin/firefox", 9 * MIB, 1, DESKTOP, false);
    assertEquals(List.of(), steps());
    read("/usr/bin/firefox", 1, 2, DESKTOP, false);
    assertEquals(List.of("reader MEDIUM"), steps());
  }

  @Test
  void itIsToldAgainOnlyWhenFourTimesAsMuchHasGone() {
    read("/usr/bin/curl", 60, 0, SHELL, false);
    for (int i = 1; i < 4; i++) {
      sent("/usr/bin/curl", MIB, i, SHELL, false);
    }
    assertEquals(1, told.size());
    sent("/usr/bin/curl", MIB, 4, SHELL, false);
    assertEquals(2, told.size());
    assertEquals(4 * MIB, told.get(1).facts().number("bytes", 0));
  }

  @Test
  void aPipeOfReaderAndSenderIsFoundWhenAShellBindsThemAndADesktopDoesNot() throws Exception {
    read("/usr/bin/tar", 40, 0, SHELL, false);
    sent("/usr/bin/nc", 30 * MIB, 1, SHELL, false);
    assertEquals(List.of("script HIGH"), steps());
    assertEquals("/usr/bin/tar", told.get(0).facts().text("source"));
    assertEquals(40, told.get(0).facts().number("images"));
    told.clear();
    read("/usr/bin/viewer", 40, 2, DESKTOP, false);
    sent("/usr/bin/firefox", 30 * MIB, 3, DESKTOP, false);
    assertEquals(List.of(), steps());
  }

  @Test
  void aPipeIsFoundToWhenTheReadingIsRecordedLast() {
    sent("/usr/bin/nc", 30 * MIB, 1, SHELL, false);
    read("/usr/bin/tar", 40, 0, SHELL, false);
    assertEquals(List.of("script HIGH"), steps());
  }

  @Test
  void theAllowedUploaderSendsEverythingAndNothingIsFound() {
    for (int minute = 0; minute < 480; minute++) {
      handled(Act.MADE, "/opt/scan", 200, minute * 60, DESKTOP, true);
      read("/opt/upload", 200, minute * 60 + 1, DESKTOP, true);
      // Encoded as text, and some of it twice.
      sent("/opt/upload", 200 * MIB * 14 / 10, minute * 60 + 2, DESKTOP, true);
    }
    assertEquals(List.of(), steps());
  }

  @Test
  void anAllowedProgramThatSendsFarMoreThanItHadIsFound() {
    read("/opt/upload", 10, 0, DESKTOP, true);
    sent("/opt/upload", 62 * MIB, 1, DESKTOP, true);
    assertEquals(List.of(), steps());
    sent("/opt/upload", MIB, 2, DESKTOP, true);
    assertEquals(List.of(), steps(), "what it had may still be on its way");
    handled(Act.MADE, "/opt/scan", 1, 300, DESKTOP, true);
    assertEquals(List.of("surplus MEDIUM"), steps());
    assertEquals("/opt/upload", told.get(0).facts().text("path", ""));
  }

  @Test
  void anUploadThatIsRecordedBeforeItsReadingIsNoSurplus() {
    sent("/opt/upload", 200 * MIB, 0, DESKTOP, true);
    read("/opt/upload", 200, 1, DESKTOP, true);
    sent("/opt/upload", MIB, 600, DESKTOP, true);
    assertEquals(List.of(), steps());
  }

  @Test
  void anUnknownProcessAndALoneSenderAreNothing() {
    told.addAll(
        rule.on(
            seq++,
            new BytesSent(
                NOON,
                NOON,
                ProcessRef.UNKNOWN,
                ProcessRef.UNKNOWN,
                false,
                new BytesSent.Peer("10.0.0.2", 443, "", "", false),
                90 * MIB,
                0,
                1)));
    sent("/usr/bin/firefox", 90 * MIB, 2, DESKTOP, false);
    assertEquals(List.of(), steps());
  }
}
