package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.platform.ScriptedRegistry;
import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.platform.ServicesByHand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the Windows installers call once their files are there, with services in memory. */
final class SetupTest {
  private final ServicesByHand services = new ServicesByHand();
  private final ScriptedRegistry registry = new ScriptedRegistry();

  private Map<String, String> environment = Map.of();

  @TempDir private Path root;
  private Home home;

  private Path folder() {
    return root.resolve("home");
  }

  @BeforeEach
  void makeHome() throws IOException {
    home = Home.at(folder());
    Files.createDirectories(home.data());
  }

  @Test
  void the_laid_version_becomes_the_service_and_the_step_a_sealed_record() throws Exception {
    Path jar = laid("0.2.0");
    CalledMain called = apply(jar);
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
    String command = services.standing(ServiceDesk.NAME).command();
    assertTrue(
        command.contains(" @" + jar.resolveSibling("jvm.options") + " -jar " + jar), command);
    assertFalse(command.contains("SharedArchiveFile"), command);
    assertEquals(List.of("agent.install"), kinds());
    String log = Files.readString(SetupLog.file(home));
    assertTrue(log.contains(" setup apply\n") && log.contains(" was installed.\n"), log);
  }

  @Test
  void a_step_back_is_refused_and_nothing_is_touched() throws Exception {
    services.install(plan(laid("0.10.0")));
    services.start(ServiceDesk.NAME);
    CalledMain called = apply(laid("0.9.1"), "--scan", "/srv/scan");
    assertEquals(Exit.USAGE.code(), called.code());
    assertTrue(called.err().contains("This PC has version 0.10.0"), called.err());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
    assertFalse(Files.exists(home.configFile()));
    assertEquals(List.of(), kinds());
  }

  @Test
  void a_version_that_does_not_start_is_taken_back_by_the_one_before() throws Exception {
    Path before = laid("0.1.0");
    Path told = root.resolve("told");
    Path java = before.resolveSibling(Path.of("jre", "bin", "java"));
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"$*\" >>'" + told + "'\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    services.install(plan(before));
    services.afterStart = State.STOPPED;
    CalledMain called = apply(laid("0.2.0"));
    assertEquals(Exit.FAILED.code(), called.code());
    assertTrue(
        called.err().contains("Version 0.2.0 did not start; it was rolled back, and version 0.1.0"),
        called.err());
    List<String> steps = Files.readAllLines(told);
    assertEquals(3, steps.size());
    assertTrue(
        steps.get(0).contains(" install-record rolled_back --from 0.2.0 --home " + folder()),
        steps.get(0));
    assertTrue(steps.get(1).contains(" service install "), steps.get(1));
    assertTrue(steps.get(2).contains(" service start "), steps.get(2));
  }

  @Test
  void a_first_version_that_does_not_start_leaves_no_service() throws Exception {
    services.afterStart = State.STOPPED;
    CalledMain called = apply(laid("0.1.0"));
    assertEquals(Exit.FAILED.code(), called.code());
    assertTrue(
        called.err().contains("Version 0.1.0 did not start; its service was taken away"),
        called.err());
    assertEquals(State.ABSENT, services.standing(ServiceDesk.NAME).state());
    assertEquals(List.of("agent.install"), kinds());
  }

  @Test
  void the_environment_of_an_installer_names_the_scan_folders_and_how_long_it_waits()
      throws Exception {
    environment = Map.of("WG_SCAN", "/srv/面单 图片;/srv/a\\", "WG_ARCHIVE_SECONDS", "0");
    CalledMain called =
        with((call, desk) -> new SetupApply(call, desk, laidHere("0.1.0"), registry));
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertFalse(called.err().contains("class archive"), called.err());
    assertEquals(
        List.of("/srv/面单 图片", "/srv/a\\"),
        ConfigFile.read(home.configFile(), "agent.yaml").config().sensors().image().folders());
    environment = Map.of("WG_ARCHIVE_SECONDS", "soon");
    CalledMain bad = with((call, desk) -> new SetupApply(call, desk, laidHere("0.1.1"), registry));
    assertEquals(Exit.USAGE.code(), bad.code());
    assertTrue(bad.err().contains("WG_ARCHIVE_SECONDS is soon"), bad.err());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
  }

  @Test
  void the_environment_of_an_installer_says_what_to_enrol_with() throws Exception {
    environment = Map.of("WG_HQ", "https://127.0.0.1:9", "WG_TOKEN", GOOD_FORM);
    CalledMain away = with((call, desk) -> new SetupEnroll(call, registry));
    assertEquals(Exit.UNAVAILABLE.code(), away.code(), away.err());
    assertEquals(
        Optional.of(new EnrolFile("https://127.0.0.1:9", GOOD_FORM, "")), EnrolFile.read(home));
  }

  @Test
  void group_policy_names_the_scan_folders_where_the_installer_was_told_none() throws Exception {
    registry.value(RolloutPolicy.KEY, "Scan", "/srv/面单;/srv/b");
    environment = Map.of("WG_ARCHIVE_SECONDS", "0");
    CalledMain called =
        with((call, desk) -> new SetupApply(call, desk, laidHere("0.1.0"), registry));
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertEquals(
        List.of("/srv/面单", "/srv/b"),
        ConfigFile.read(home.configFile(), "agent.yaml").config().sensors().image().folders());
  }

  @Test
  void group_policy_names_a_file_for_each_pc_with_its_token_which_stays_there() throws Exception {
    Path file = root.resolve("面单 DESK-7.env");
    Files.writeString(file, "WG_TOKEN=" + GOOD_FORM + "\r\n");
    registry.value(RolloutPolicy.KEY, "hq", "https://127.0.0.1:9");
    registry.value(RolloutPolicy.KEY, "EnrolFile", root + "/面单 %ComputerName%.env");
    environment = Map.of("COMPUTERNAME", "DESK-7");
    CalledMain away = with((call, desk) -> new SetupEnroll(call, registry));
    assertEquals(Exit.UNAVAILABLE.code(), away.code(), away.err());
    assertTrue(away.err().contains("https://127.0.0.1:9"), away.err());
    assertTrue(away.err().contains("tried again every minute"), away.err());
    assertTrue(Files.exists(file));
    assertEquals(Optional.empty(), EnrolFile.read(home), "the token is copied nowhere");
  }

  @Test
  void without_a_file_for_this_pc_or_a_token_in_it_group_policy_enrols_nothing() throws Exception {
    registry.value(RolloutPolicy.KEY, "EnrolFile", root + "/%COMPUTERNAME%.env");
    registry.value(RolloutPolicy.KEY, "Hq", "https://127.0.0.1:9");
    environment = Map.of("COMPUTERNAME", "DESK-8");
    CalledMain none = with((call, desk) -> new SetupEnroll(call, registry));
    assertEquals(Exit.DONE.code(), none.code(), none.err());
    assertTrue(
        none.out().contains(root + "/DESK-8.env to enrol with, which is not there yet"),
        none.out());
    Files.writeString(root.resolve("DESK-8.env"), "WG_HQ=https://127.0.0.1:9\n");
    CalledMain half = with((call, desk) -> new SetupEnroll(call, registry));
    assertEquals(Exit.USAGE.code(), half.code());
    assertTrue(half.err().contains(RolloutPolicy.KEY), half.err());
    registry.value(RolloutPolicy.KEY, "EnrolFile", "a\0b");
    CalledMain bad = with((call, desk) -> new SetupEnroll(call, registry));
    assertEquals(Exit.USAGE.code(), bad.code());
    assertTrue(bad.err().contains("which is no path"), bad.err());
  }

  @Test
  void a_pc_that_is_enrolled_stays_so_and_asks_group_policy_for_nothing() throws Exception {
    try (TestHome desk = TestHome.in(folder(), Instant.EPOCH)) {
      desk.enrol();
    }
    Files.writeString(root.resolve("DESK-7.env"), "WG_TOKEN=" + GOOD_FORM + "\n");
    registry.value(RolloutPolicy.KEY, "Hq", "https://127.0.0.1:9");
    registry.value(RolloutPolicy.KEY, "EnrolFile", root + "/DESK-7.env");
    CalledMain called = with((call, desk) -> new SetupEnroll(call, registry));
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertTrue(called.out().contains("Enrolled as before: HQ https://"), called.out());
  }

  @Test
  void scan_folders_with_any_name_become_settings_once() throws Exception {
    String odd = "/srv/面单 图片 \"a\\b\"";
    CalledMain first = apply(laid("0.1.0"), "--scan", "/srv/scan; " + odd + ";");
    assertEquals(Exit.DONE.code(), first.code(), first.err());
    assertEquals(
        List.of("/srv/scan", odd),
        ConfigFile.read(home.configFile(), "agent.yaml").config().sensors().image().folders());
    String written = Files.readString(home.configFile());
    assertEquals(Exit.DONE.code(), apply(laid("0.1.1"), "--scan", "/other").code());
    assertEquals(written, Files.readString(home.configFile()));
  }

  @Test
  void settings_that_this_version_does_not_understand_stop_it_before_anything_stops()
      throws Exception {
    services.install(plan(laid("0.1.0")));
    services.start(ServiceDesk.NAME);
    Files.createDirectories(home.config());
    Files.writeString(home.configFile(), "no_such_setting: 1\n");
    CalledMain called = apply(laid("0.1.1"));
    assertEquals(Exit.USAGE.code(), called.code());
    assertTrue(called.err().contains("no_such_setting"), called.err());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
  }

  @Test
  void removal_ends_the_service_and_is_the_last_record() throws Exception {
    apply(laid("0.1.0"));
    CalledMain called = with((call, desk) -> new SetupRemove(call, desk, Optional::empty));
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertEquals(State.ABSENT, services.standing(ServiceDesk.NAME).state());
    assertEquals(List.of("agent.install", "agent.install"), kinds());
    assertTrue(CalledMain.in(Language.EN, folder(), "evidence", "verify").code() == 0, "verifies");
  }

  @Test
  void where_hq_has_to_give_a_code_removal_without_it_changes_nothing() throws Exception {
    apply(laid("0.1.0"));
    Files.createDirectories(home.config());
    Files.writeString(home.configFile(), "removal: {code_required: true}\n");
    CalledMain called = with((call, desk) -> new SetupRemove(call, desk, Optional::empty));
    assertEquals(Exit.UNAVAILABLE.code(), called.code(), called.err());
    assertTrue(called.err().contains("Removing it takes a code from HQ"), called.err());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
    assertEquals(List.of("agent.install", "agent.install"), kinds());
  }

  @Test
  void the_removal_of_a_version_that_another_took_over_from_leaves_the_service() throws Exception {
    Path older = laid("0.1.0");
    apply(older);
    apply(laid("0.2.0"));
    CalledMain called = with((call, desk) -> new SetupRemove(call, desk, () -> Optional.of(older)));
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertTrue(called.err().contains("the service runs version 0.2.0"), called.err());
    assertEquals(State.RUNNING, services.standing(ServiceDesk.NAME).state());
    assertEquals(List.of("agent.install", "agent.install"), kinds());
  }

  @Test
  void the_removal_of_all_is_handed_to_the_version_that_runs() throws Exception {
    Path runs = laid("0.2.0");
    Path told = root.resolve("told");
    Path java = runs.resolveSibling(Path.of("jre", "bin", "java"));
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho \"$*\" >>'" + told + "'\nexit 3\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    services.install(plan(runs));
    Path listed = laid("0.1.0");
    CalledMain called =
        with(
            (call, desk) -> {
              SetupRemove remove = new SetupRemove(call, desk, () -> Optional.of(listed));
              new CommandLine(remove).parseArgs("--all", "--code", "AB12");
              return remove;
            });
    assertEquals(Exit.UNAVAILABLE.code(), called.code(), called.err());
    assertTrue(
        Files.readString(told).contains(" setup remove --home " + folder() + " --code AB12"),
        Files.readString(told));
    assertEquals(List.of(), kinds());
  }

  @Test
  void removal_while_an_update_is_judged_ends_that_as_well() throws Exception {
    Path jar = laid("0.1.0");
    apply(jar);
    services.install(
        new ServiceManager.Plan(
            InstallingService.NAME, "", "", List.of("java"), Duration.ZERO, List.of()));
    services.start(InstallingService.NAME);
    CalledMain called = with((call, desk) -> new SetupRemove(call, desk, () -> Optional.of(jar)));
    assertEquals(Exit.DONE.code(), called.code(), called.err());
    assertEquals(State.ABSENT, services.standing(InstallingService.NAME).state());
    assertEquals(State.ABSENT, services.standing(ServiceDesk.NAME).state());
  }

  @Test
  void the_program_of_a_service_is_found_in_its_command() throws Exception {
    Path jar = laid("0.3.0");
    assertEquals(
        Optional.of("0.3.0"),
        ProgramFolder.ofCommand("\"java\" -X -jar \"" + jar + "\" run --home x")
            .orElseThrow()
            .version());
    assertEquals(Optional.empty(), ProgramFolder.ofCommand("java run"));
    assertEquals(Optional.empty(), ProgramFolder.ofCommand("java -jar /not/there.jar run"));
    Path none = Files.writeString(root.resolve("none.jar"), "not a jar");
    assertEquals(Optional.empty(), ProgramFolder.of(none).version());
  }

  @Test
  void without_a_named_hq_it_is_said_that_it_is_not_enrolled_and_half_a_word_is_refused() {
    CalledMain none = CalledMain.in(Language.EN, folder(), "setup", "enroll");
    assertEquals(Exit.DONE.code(), none.code());
    assertTrue(none.out().startsWith("No HQ was named"), none.out());
    CalledMain half =
        CalledMain.in(Language.EN, folder(), "setup", "enroll", "--hq", "https://hq.example");
    assertEquals(Exit.USAGE.code(), half.code());
    assertTrue(half.err().contains("config/enrol.env"), half.err());
  }

  @Test
  void while_hq_cannot_be_reached_the_words_wait_and_refused_ones_go() throws Exception {
    // Port 9 of this host (discard) serves nobody.
    String[] words = {"setup", "enroll", "--hq", "https://127.0.0.1:9", "--token", GOOD_FORM};
    CalledMain away = CalledMain.in(Language.EN, folder(), words);
    assertEquals(Exit.UNAVAILABLE.code(), away.code(), away.err());
    assertTrue(away.err().contains("tried again every minute"), away.err());
    assertEquals(
        Optional.of(new EnrolFile("https://127.0.0.1:9", GOOD_FORM, "")), EnrolFile.read(home));
    CalledMain again = CalledMain.in(Language.EN, folder(), "setup", "enroll");
    assertEquals(Exit.UNAVAILABLE.code(), again.code(), again.err());
    new EnrolFile("http://no.tls", "x", "").keep(home);
    assertEquals(Exit.USAGE.code(), CalledMain.in(Language.EN, folder(), "setup", "enroll").code());
    assertEquals(Optional.empty(), EnrolFile.read(home));
  }

  /** As HQ writes tokens; see docs/protocol.md. */
  private static final String GOOD_FORM =
      "wgBclULvOkev1umkP9tlF7PGPnRGfO4XJYIL9zxWis_4alnzqH6Nru7VCl0dt1uVUI";

  private static ServiceManager.Plan plan(Path jar) {
    return new ServiceManager.Plan(
        ServiceDesk.NAME,
        "",
        "",
        List.of("java", "-jar", jar.toString(), "run"),
        Duration.ZERO,
        List.of());
  }

  /** A folder as an installer lays it. */
  private Path laid(String version) throws IOException {
    return LaidProgram.in(root, version);
  }

  private SetupApply.Jar laidHere(String version) {
    return () -> Optional.of(laid(version));
  }

  private CalledMain apply(Path jar, String... options) {
    return with(
        (call, desk) -> {
          SetupApply apply = new SetupApply(call, desk, () -> Optional.of(jar), registry);
          List<String> words = new ArrayList<>(List.of(options));
          words.add("--no-archive");
          new CommandLine(apply).parseArgs(words.toArray(String[]::new));
          return apply;
        });
  }

  private CalledMain with(BiFunction<Call, ServiceDesk, Action> command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Words words = new Words(Language.EN);
    Terminal terminal = new Terminal(out, err, StandardCharsets.UTF_8, false, words);
    Call call = new Call(environment, false, words, terminal);
    new CommandLine(call).parseArgs("--home", folder().toString());
    ServiceDesk desk = new ServiceDesk(call, () -> Optional.of(services));
    int code =
        new Main(call, (folder, name) -> Path.of("logs").resolve(name + ".log"), data -> {})
            .run("waybill-guard setup", command.apply(call, desk))
            .code();
    terminal.flush();
    return new CalledMain(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private List<String> kinds() {
    return CalledMain.in(Language.EN, folder(), "evidence", "list", "--json")
        .out()
        .lines()
        .map(line -> line.replaceAll(".*\"type\":\"([^\"]+)\".*", "$1"))
        .toList();
  }
}
