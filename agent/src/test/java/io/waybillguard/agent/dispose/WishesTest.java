package io.waybillguard.agent.dispose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.IncidentChanged.Step;
import io.waybillguard.agent.event.Severity;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** With the facts that the rules' findings have; the steps of one crime. */
final class WishesTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final String PASSPORT = "559d93b6ca11dcb2df5ef02f1cb90c86";
  private static final String SHA256 = "3d".repeat(32);
  private static final String PROGRAM = "/home/courier/.cache/.x/wpsupdate";
  private static final List<Step> CRIME =
      List.of(
          step("unknown-usb-storage", Map.of("device", PASSPORT, "path", "QEMU USB HARDDRIVE")),
          step("program-from-removable-media", Map.of("path", PROGRAM, "sha256", SHA256)),
          step("program-from-removable-media", Map.of("path", PROGRAM, "sha256", SHA256)),
          step("starts-by-itself", Map.of("path", PROGRAM, "sha256", SHA256)),
          step("unexpected-remote-session", Map.of("session", "tcp-26338-38836-22")),
          step("images-carried-off", Map.of("path", PROGRAM, "peer", "203.0.113.7:443")));

  private static Step step(String rule, Map<String, String> facts) {
    return new Step(7, NOON, rule, Severity.HIGH, List.of(6L), List.of(), new TreeMap<>(facts));
  }

  private static IncidentChanged incident(Change change, Severity severity, List<Step> steps) {
    return new IncidentChanged(NOON, change, "0011-7", severity, NOON, steps, 0);
  }

  private static List<DisposalOrder> wanted(List<Step> steps, Set<Kind> kinds) {
    return Wishes.about(incident(Change.UPDATE, Severity.CRITICAL, steps), kinds);
  }

  private static List<Disposal> things(List<DisposalOrder> orders) {
    return orders.stream().map(DisposalOrder::what).toList();
  }

  @Test
  void ofACriticalIncidentEachThingThatIsNamedIsDoneOnce() {
    assertEquals(
        List.of(
            new Disposal.HoldStick(PASSPORT),
            new Disposal.Quarantine(PROGRAM, SHA256),
            new Disposal.EndSession("tcp-26338-38836-22"),
            new Disposal.BlockAddress("203.0.113.7", 0)),
        things(wanted(CRIME, EnumSet.allOf(Kind.class))));
  }

  @Test
  void onlyKindsThatTheDeskAllowsAreWanted() {
    assertEquals(
        List.of(new Disposal.EndSession("tcp-26338-38836-22")),
        things(wanted(CRIME, EnumSet.of(Kind.END_SESSION))));
    assertEquals(List.of(), wanted(CRIME, Set.of()));
  }

  @Test
  void whatIsLessThanCriticalOrOverIsLeftToPeople() {
    Set<Kind> all = EnumSet.allOf(Kind.class);
    assertEquals(List.of(), Wishes.about(incident(Change.NEW, Severity.HIGH, CRIME), all));
    assertEquals(List.of(), Wishes.about(incident(Change.CLOSE, Severity.CRITICAL, CRIME), all));
  }

  @Test
  void theSameThingOfTheSameIncidentHasTheSameIdWhateverElseCame() {
    Set<Kind> all = EnumSet.allOf(Kind.class);
    String first = wanted(CRIME.subList(4, 5), all).get(0).id();
    assertEquals(first, wanted(CRIME, all).get(2).id());
    IncidentChanged other =
        new IncidentChanged(NOON, Change.NEW, "0011-9", Severity.CRITICAL, NOON, CRIME, 0);
    assertNotEquals(first, Wishes.about(other, all).get(2).id());
  }
}
