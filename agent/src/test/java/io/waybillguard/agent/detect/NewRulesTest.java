package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules on devices, hidden places and silenced sensors. */
final class NewRulesTest {
  private static final Instant NOON = Scene.noon(0);

  private static UsbAttached keyboard(String passport, String... interfaces) {
    return new UsbAttached(
        NOON,
        new UsbDevice("1-1", "05e0", "1200", "", "", "Scanner", List.of(interfaces), passport),
        false);
  }

  private static ProgramAppeared appeared(String path, boolean hidden, Origin origin) {
    return new ProgramAppeared(
        NOON,
        new FileRef(path, "elf", 9, "ab".repeat(32), "", "desk", false, hidden),
        origin,
        ProcessRef.UNKNOWN);
  }

  private static List<Severity> of(Detector rule, Observation... seen) {
    List<Severity> severities = new ArrayList<>();
    for (int seq = 0; seq < seen.length; seq++) {
      for (Finding finding : rule.on(seq, seen[seq])) {
        assertEquals(List.of((long) seq), finding.about());
        assertEquals(rule.rule(), finding.rule());
        severities.add(finding.severity());
      }
    }
    return severities;
  }

  private static UsbAttached found(UsbAttached device) {
    return new UsbAttached(NOON, device.device(), true);
  }

  private static UsbDetached pulled(UsbAttached device) {
    return new UsbDetached(NOON, device.device(), Duration.ZERO);
  }

  private static SensorLive live() {
    return new SensorLive(NOON, "usb", false, "");
  }

  @Test
  void aStickThatCameWhileNobodyLookedIsToldAndWhatWasInBeforeIsNot() {
    UsbAttached stick = Seen.attached(NOON, "4C53");
    UsbAttached scanner = keyboard("0011", "03/01/01");
    assertEquals(
        List.of(), of(new UnknownUsbStorage(List.of()), live(), found(stick)), "the first start");
    assertEquals(
        List.of(Severity.LOW), of(new UnknownUsbStorage(List.of()), live(), live(), found(stick)));
    assertEquals(
        List.of(),
        of(new UnknownUsbStorage(List.of()), live(), found(stick), live(), found(stick)),
        "it stayed in");
    assertEquals(
        List.of(Severity.LOW, Severity.LOW),
        of(new UnknownUsbStorage(List.of()), live(), stick, pulled(stick), live(), found(stick)),
        "it was pulled before the end, and came again");
    assertEquals(
        List.of(),
        of(new UnknownUsbStorage(List.of("0f3a")), live(), live(), found(stick)),
        "the company knows it");
    assertEquals(
        List.of(),
        of(new UnknownKeyboard(List.of()), live(), found(scanner), live(), found(scanner)));
  }

  @Test
  void aStickThatCameWhileTheSensorWasBlindIsTold() {
    UsbAttached stick = Seen.attached(NOON, "4C53");
    SensorBack back = new SensorBack(NOON, "usb", NOON, NOON, "");
    assertEquals(
        List.of(Severity.LOW), of(new UnknownUsbStorage(List.of()), live(), back, found(stick)));
  }

  @Test
  void aStickIsToldUnlessItsPassportIsKnownOrItWasThereBefore() {
    UsbAttached stick = Seen.attached(NOON, "4C53");
    assertEquals(List.of(Severity.LOW), of(new UnknownUsbStorage(List.of("77aa")), stick));
    assertEquals(List.of(), of(new UnknownUsbStorage(List.of("0f3a")), stick));
    assertEquals(
        List.of(),
        of(new UnknownUsbStorage(List.of()), new UsbAttached(NOON, stick.device(), true)));
    Optional<Instant> away = Optional.of(NOON.minusSeconds(90));
    assertEquals(
        List.of(Severity.LOW),
        of(new UnknownUsbStorage(List.of()), new UsbAttached(NOON, stick.device(), true, away)),
        "it came while nobody watched");
    assertEquals(
        List.of(), of(new UnknownUsbStorage(List.of()), keyboard("1", "03/01/01")), "no storage");
  }

  @Test
  void aKeyboardIsToldUnlessKnownAndOneThatIsAlsoAStickWeighsMore() {
    UnknownKeyboard rule = new UnknownKeyboard(List.of("5ca2"));
    assertEquals(List.of(Severity.LOW), of(rule, keyboard("1", "03/01/01")));
    assertEquals(List.of(Severity.HIGH), of(rule, keyboard("2", "08/06/50", "03/01/01")));
    assertEquals(List.of(), of(rule, keyboard("5ca2", "03/01/01")), "the scanner");
    assertEquals(List.of(), of(rule, keyboard("3", "03/01/02")), "a mouse");
  }

  @Test
  void aHiddenProgramIsToldOnceAStepAndOneOffAStickIsAnotherRules() {
    Origin stick = new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/S/x", "0f3a");
    ProgramAppeared hidden = appeared("/home/d/.x/a", true, Origin.NOT_SEEN_ON_MEDIUM);
    ProgramStarted start =
        new ProgramStarted(
            NOON, hidden.file(), Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN, ProcessRef.UNKNOWN);
    assertEquals(
        List.of(Severity.INFORMATIONAL, Severity.INFORMATIONAL),
        of(new NewProgramInHiddenPlace(AllowedFiles.NONE), hidden, hidden, start, start));
    assertEquals(
        List.of(),
        of(
            new NewProgramInHiddenPlace(AllowedFiles.NONE),
            appeared("/home/d/.x/a", true, stick),
            appeared("/opt/a", false, Origin.NOT_SEEN_ON_MEDIUM)));
  }

  @Test
  void aCompilersFloodIsToldOfUpToACountAndHidesNoStart() {
    NewProgramInHiddenPlace rule = new NewProgramInHiddenPlace(AllowedFiles.NONE);
    int told = 0;
    for (int i = 0; i < 500; i++) {
      told += of(rule, appeared("/home/d/.x/" + i, true, Origin.NOT_SEEN_ON_MEDIUM)).size();
    }
    assertEquals(NewProgramInHiddenPlace.MOST_AN_HOUR, told);
    ProgramAppeared hidden = appeared("/home/d/.x/a", true, Origin.NOT_SEEN_ON_MEDIUM);
    ProgramStarted start =
        new ProgramStarted(
            NOON, hidden.file(), Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN, ProcessRef.UNKNOWN);
    assertEquals(List.of(Severity.INFORMATIONAL), of(rule, start));
    ProgramAppeared later =
        new ProgramAppeared(
            NOON.plusSeconds(3601), hidden.file(), Origin.NOT_SEEN_ON_MEDIUM, ProcessRef.UNKNOWN);
    assertEquals(List.of(Severity.INFORMATIONAL), of(rule, later), "another hour");
  }

  @Test
  void aSensorIsSilencedOnlyWhenItCouldSeeAndThatIsToldOnce() {
    SensorBlind blind = new SensorBlind(NOON, "usb", NOON, "netlink closed");
    SensorLive live = new SensorLive(NOON, "usb", false, "");
    SensorBack back = new SensorBack(NOON, "usb", NOON, NOON, "");
    assertEquals(List.of(), of(new SensorSilenced(), blind, blind));
    assertEquals(List.of(Severity.MEDIUM), of(new SensorSilenced(), live, blind, blind));
    assertEquals(
        List.of(Severity.MEDIUM, Severity.MEDIUM),
        of(new SensorSilenced(), live, blind, back, blind));
    assertEquals(
        List.of(),
        of(new SensorSilenced(), live, new SensorBlind(NOON, "program", NOON, "no permission")));
  }
}
