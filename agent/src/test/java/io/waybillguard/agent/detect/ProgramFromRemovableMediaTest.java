package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.Severity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProgramFromRemovableMediaTest {
  private static final Origin FROM_STICK =
      new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/update", "0f3a");

  private final Detector rule = new ProgramFromRemovableMedia(AllowedFiles.NONE);

  private static FileRef file(boolean removable, boolean hidden) {
    return new FileRef("/opt/x", "elf", 1, "ab12", "", "root", removable, hidden);
  }

  private static Observation appeared(FileRef file, Origin origin) {
    return new ProgramAppeared(Scene.noon(0), file, origin, ProcessRef.UNKNOWN);
  }

  private static Observation started(FileRef file, Origin origin) {
    return new ProgramStarted(
        Scene.noon(0), file, origin, new ProcessRef(7, "/opt/x", "root"), ProcessRef.UNKNOWN);
  }

  private Optional<Severity> severity(Observation seen) {
    List<Finding> findings = rule.on(12, seen);
    return findings.stream().map(Finding::severity).findFirst();
  }

  @Test
  void whatComesOffAStickWeighsMoreWhenItHidesOrRuns() {
    assertEquals(Optional.of(Severity.MEDIUM), severity(appeared(file(false, false), FROM_STICK)));
    assertEquals(Optional.of(Severity.HIGH), severity(appeared(file(false, true), FROM_STICK)));
    assertEquals(Optional.of(Severity.HIGH), severity(started(file(false, false), FROM_STICK)));
    assertEquals(
        Optional.of(Severity.HIGH),
        severity(started(file(true, false), Origin.NOT_SEEN_ON_MEDIUM)),
        "started on the stick itself");
  }

  @Test
  void itIsSilentOnWhatTheCompanyArrangedAndOnNothingElse() {
    Detector silent =
        new ProgramFromRemovableMedia(new AllowedFiles(List.of("sha256:AB12", "package:scan")));
    assertEquals(List.of(), silent.on(1, appeared(file(false, true), FROM_STICK)));
    assertEquals(List.of(), silent.on(1, started(file(true, true), FROM_STICK)));
    assertEquals(List.of(), silent.on(1, appeared(packaged("scan", "AS_PACKAGED"), FROM_STICK)));
    assertEquals(1, silent.on(1, appeared(packaged("scan", "CHANGED"), FROM_STICK)).size());
    assertEquals(1, silent.on(1, appeared(packaged("scan", "OWNED"), FROM_STICK)).size());
    assertEquals(1, silent.on(1, appeared(packaged("scanner", "AS_PACKAGED"), FROM_STICK)).size());
  }

  private static FileRef packaged(String name, String state) {
    return new FileRef(
        "/opt/y",
        "elf",
        1,
        "cd34",
        "",
        "root",
        false,
        false,
        new FileTraits(0755, name, FileTraits.Packaged.valueOf(state), ""));
  }

  @Test
  void whatDoesNotIsNotItsBusiness() {
    assertEquals(List.of(), rule.on(1, Seen.attached(Scene.noon(0), "A")));
    assertEquals(List.of(), rule.on(1, appeared(file(false, true), Origin.NOT_SEEN_ON_MEDIUM)));
    assertEquals(List.of(), rule.on(1, started(file(false, true), Origin.NOT_SEEN_ON_MEDIUM)));
    assertEquals(
        List.of(),
        rule.on(1, appeared(file(true, false), FROM_STICK)),
        "what lies on the stick has not been copied yet");
  }

  @Test
  void aFindingNamesTheRecordAndWhatAPersonNeeds() {
    Finding finding = rule.on(12, appeared(file(false, true), FROM_STICK)).get(0);
    assertEquals("program-from-removable-media", finding.rule());
    assertEquals(List.of(12L), finding.about());
    assertEquals(Scene.noon(0), finding.at());
    assertEquals(
        "{\"device\":\"0f3a\",\"hidden\":\"true\",\"path\":\"/opt/x\",\"sha256\":\"ab12\",\"source\":\"/media/STICK/update\",\"step\":\"copied\"}",
        finding.facts().toString());
  }

  @Test
  void theSameObservationGivesTheSameFinding() {
    Observation seen = started(file(true, true), FROM_STICK);
    assertEquals(rule.on(3, seen), rule.on(3, seen));
  }
}
