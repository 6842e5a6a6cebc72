package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.platform.Registry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@EnabledOnOs(OS.LINUX)
final class SweepTest {
  @TempDir private Path root;
  @TempDir private Path home;

  @BeforeEach
  void aMachine() throws IOException {
    Files.createDirectories(home.resolve("data"));
    write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    write("etc/cron.d/job", "@reboot root /usr/bin/tool --password hunter2\n");
    write("usr/bin/tool", "#!/bin/sh\n");
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }

  /** The command on this machine of a few files. */
  private CalledMain sweep(Language language, UnaryOperator<Sweep> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Words words = new Words(language);
    Terminal terminal = new Terminal(out, err, StandardCharsets.UTF_8, false, words);
    Call call = new Call(Map.of("SUDO_USER", "desk"), false, words, terminal);
    new CommandLine(call).parseArgs("--home", home.toString());
    int code =
        new Main(call, (folder, name) -> Path.of("logs").resolve(name + ".log"), data -> {})
            .run("waybill-guard sweep", options.apply(new Sweep(call, root, Registry.NONE)))
            .code();
    terminal.flush();
    return new CalledMain(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Json.Obj json() throws Exception {
    CalledMain called = sweep(Language.EN, Sweep::inJson);
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void withoutABaselineItSaysWhatThereIsAndHowToTakeOne() {
    CalledMain called = sweep(Language.ZH, sweep -> sweep);
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertTrue(called.out().contains("定时任务"), called.out());
    assertTrue(called.out().contains("@reboot = /usr/bin/tool --password ***"), called.out());
    assertFalse(called.out().contains("hunter2"), called.out());
    assertTrue(called.out().contains("还没有基准"), called.out());
  }

  @Test
  void whatDiffersFromTheBaselineIsListedAndIsNoFailure() throws Exception {
    assertEquals(Exit.DONE.code(), sweep(Language.EN, Sweep::taking).code());
    assertEquals(List.of(), json().objects("differ"));
    write("etc/cron.d/job", "@reboot root /usr/bin/tool --other\n");
    write("etc/cron.d/more", "@daily root /usr/bin/tool\n");
    Files.delete(root.resolve("etc/passwd"));
    Json.Obj told = json();
    List<String> differ =
        told.objects("differ").stream()
            .map(d -> d.text("change", "") + " " + d.text("file", "") + " " + d.text("name", ""))
            .toList();
    assertEquals(
        List.of(
            "changed /etc/cron.d/job @reboot",
            "appeared /etc/cron.d/more @daily",
            "vanished /etc/passwd root"),
        differ);
    assertEquals("desk", told.object("baseline").text("by"));
    CalledMain called = sweep(Language.EN, sweep -> sweep);
    assertTrue(called.out().contains("+ scheduled job @daily = /usr/bin/tool"), called.out());
    assertTrue(called.out().contains("~ scheduled job @reboot"), called.out());
    assertTrue(called.out().contains("- account or right root"), called.out());
  }

  @Test
  void aDamagedBaselineIsOneClearLineUnlessANewOneIsTaken() throws Exception {
    Files.writeString(home.resolve("data/autostart.json"), "{");
    CalledMain called = sweep(Language.EN, sweep -> sweep);
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals(1, called.errLines().size(), called.err());
    assertTrue(called.err().contains("sweep --baseline"), called.err());
    assertEquals(Exit.DONE.code(), sweep(Language.EN, Sweep::taking).code());
    assertEquals(List.of(), json().objects("differ"));
  }
}
