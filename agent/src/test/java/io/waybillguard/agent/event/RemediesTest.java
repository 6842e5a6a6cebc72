package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.IncidentChanged.Change;
import io.waybillguard.agent.event.IncidentChanged.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** With the facts that the rules' findings have. */
final class RemediesTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final String SHA256 = "3d".repeat(32);
  private static final String PROGRAM = "/home/courier/.cache/.x/wpsupdate";

  private static Step step(String rule, Map<String, String> facts) {
    return new Step(7, NOON, rule, Severity.HIGH, List.of(6L), List.of(), new TreeMap<>(facts));
  }

  private static List<Disposal> remedies(List<Step> steps) {
    return Remedies.of(incident(steps)).stream().map(Remedies.Remedy::what).toList();
  }

  private static IncidentChanged incident(List<Step> steps) {
    return new IncidentChanged(NOON, Change.UPDATE, "0011-7", Severity.LOW, NOON, steps, 0);
  }

  @Test
  void eachThingThatAStepNamesIsThereOnceInTheOrderOfTheSteps() {
    Map<String, String> program = Map.of("path", PROGRAM, "sha256", SHA256);
    assertEquals(
        List.of(
            new Disposal.Quarantine(PROGRAM, SHA256),
            new Disposal.EndSession("tcp-26338-38836-22"),
            new Disposal.BlockAddress("203.0.113.7", 0)),
        remedies(
            List.of(
                step("program-from-removable-media", program),
                step("unexpected-remote-session", Map.of("session", "tcp-26338-38836-22")),
                step("program-from-removable-media", program),
                step("images-carried-off", Map.of("path", PROGRAM, "peer", "203.0.113.7:443")))));
  }

  @Test
  void eachIsNamedAsPeopleKnowIt() {
    List<Step> steps =
        List.of(
            step("unknown-usb-storage", Map.of("device", "5e".repeat(16), "path", "Cruzer")),
            step("unexpected-remote-session", Map.of("session", "s1", "source", "203.0.113.7")),
            step("images-carried-off", Map.of("peer", "203.0.113.7:443")));
    assertEquals(
        List.of("Cruzer", "203.0.113.7", ""),
        Remedies.of(incident(steps)).stream().map(Remedies.Remedy::name).toList());
  }

  @Test
  void whatIsNotNamedExactlyIsLeftAlone() {
    List<Step> vague =
        List.of(
            step("program-from-removable-media", Map.of("path", "wpsupdate", "sha256", SHA256)),
            step("program-from-removable-media", Map.of("path", PROGRAM)),
            step("unexpected-remote-session", Map.of("source", "203.0.113.7")),
            step("images-carried-off", Map.of("peer", "pan.example:443")),
            step("images-carried-off", Map.of("peer", "2001:db8::7:443")));
    assertEquals(List.of(), remedies(vague));
  }

  @Test
  void aDestinationIsBlockedByItsAddress() {
    assertEquals("203.0.113.7", Remedies.host("pan.example (203.0.113.7):443"));
    assertEquals("2001:db8::7", Remedies.host("pan.example (2001:db8::7):443"));
    assertEquals("203.0.113.7", Remedies.host("203.0.113.7"));
  }
}
