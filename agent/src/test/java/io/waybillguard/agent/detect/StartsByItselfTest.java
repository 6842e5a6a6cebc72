package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartChanged.Change;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StartsByItselfTest {
  private static final String HASH = "ab".repeat(32);

  private final Detector rule = new StartsByItself(AllowedFiles.NONE);

  private static FileRef program(String path, String owner, boolean hidden) {
    return new FileRef(path, "elf", 1, HASH, "", owner, false, hidden);
  }

  private static AutostartChanged changed(Change change, FileRef program, boolean enabled) {
    return new AutostartChanged(
        Scene.noon(0),
        change,
        new AutostartEntry(
            "systemd_units", "/etc/systemd/system/x.service", "x", "", "x", program, enabled),
        "");
  }

  private List<String> said(AutostartChanged seen) {
    return rule.on(12, seen).stream()
        .map(f -> f.severity() + " " + f.facts().text("step", ""))
        .toList();
  }

  @Test
  void aHiddenProgramWeighsMoreThanOneThatAnOrdinaryAccountCanChange() {
    assertEquals(
        List.of("HIGH hidden"),
        said(changed(Change.APPEARED, program("/home/desk/.x/wps", "desk", true), true)));
    assertEquals(
        List.of("MEDIUM writable"),
        said(changed(Change.CHANGED, program("/home/desk/wps", "desk", false), true)));
  }

  @Test
  void whatRootOwnsInTheOpenIsOrdinaryAndSoIsWhatStartsNothing() {
    assertEquals(
        List.of(), said(changed(Change.APPEARED, program("/usr/bin/x", "root", false), true)));
    assertEquals(List.of(), said(changed(Change.APPEARED, AutostartEntry.NO_PROGRAM, true)));
    FileRef hidden = program("/home/desk/.x/wps", "desk", true);
    assertEquals(List.of(), said(changed(Change.APPEARED, hidden, false)), "switched off");
    assertEquals(List.of(), said(changed(Change.VANISHED, hidden, true)));
  }

  @Test
  void whatTheSystemOrAnAdministratorInstalledOnWindowsIsOrdinaryAndAPersonsOwnIsNot() {
    String program = "C:\\Program Files\\Tencent\\WeChat\\WeChat.exe";
    for (String owner :
        List.of(
            "NT AUTHORITY\\SYSTEM", "BUILTIN\\Administrators", "NT SERVICE\\TrustedInstaller")) {
      assertEquals(
          List.of(), said(changed(Change.APPEARED, program(program, owner, false), true)), owner);
    }
    assertEquals(
        List.of("MEDIUM writable"),
        said(changed(Change.APPEARED, program(program, "PC-3\\scan", false), true)));
  }

  @Test
  void aProgramOffAStickIsKnownByItsHashWhereverItLies() {
    Origin stick = new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/wps", "0f3a");
    FileRef copied = program("/opt/copied", "root", false);
    rule.on(7, new ProgramAppeared(Scene.noon(0), copied, stick, ProcessRef.UNKNOWN));
    List<Finding> findings =
        rule.on(12, changed(Change.APPEARED, program("/usr/local/lib/y", "root", false), true));
    assertEquals(1, findings.size());
    assertEquals(Severity.HIGH, findings.get(0).severity());
    assertEquals(List.of(7L, 12L), findings.get(0).about());
    assertEquals("removable", findings.get(0).facts().text("step", ""));
    assertEquals("/media/STICK/wps", findings.get(0).facts().text("source", ""));
  }
}
