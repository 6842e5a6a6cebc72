package io.waybillguard.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.config.Expected.Kind;
import io.waybillguard.agent.config.Problem.Reason;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConfigFileTest {

  @Test
  void anEmptyFileMeansTheDefaults() throws Exception {
    for (String empty :
        List.of("", "# nothing\n", "---\n", "\uFEFF", "report:\n  # every: 30m\n")) {
      assertEquals(Config.DEFAULTS, read(empty).config(), empty);
    }
  }

  @Test
  void aValueReplacesItsDefaultAndNothingElse() throws Exception {
    Config read = read("report:\n  heartbeat: 90s\n").config();
    assertEquals(Duration.ofSeconds(90), read.report().heartbeat());
    assertEquals(Config.DEFAULTS.report().every(), read.report().every());
    assertEquals(Config.DEFAULTS.evidence(), read.evidence());
  }

  @Test
  void anUnknownKeyIsRefusedWithItsLineAndTheNearestKnownOne() {
    assertEquals(
        new Problem(
            "agent.yaml",
            3,
            Reason.UNKNOWN_KEY,
            "report.hartbeat",
            "5m",
            Expected.SECTION,
            "report.heartbeat",
            List.of()),
        only("# comment\nreport:\n  hartbeat: 5m\n"));
  }

  @Test
  void aKeyInTheWrongSectionIsFoundWhereItBelongs() {
    assertEquals("report.heartbeat", only("heartbeat: 5m\n").nearest());
    assertEquals("evidence.commit_wait", only("report:\n  commit_wait: 5ms\n").nearest());
  }

  @Test
  void whereNothingIsNearTheSectionIsListed() {
    Problem problem = only("sensors:\n  zzzzzzzz: 5m\n");
    assertEquals("", problem.nearest());
    assertEquals(
        List.of("usb", "program", "image", "upload", "session", "persistence", "presence"),
        problem.siblings());
  }

  @Test
  void aBareNumberIsMissingItsUnit() {
    Problem problem = only("evidence:\n  commit_wait: 50\n");
    assertEquals(Reason.MISSING_UNIT, problem.reason());
    assertEquals("evidence.commit_wait", problem.key());
    assertEquals("50", problem.found());
    assertEquals(new Expected(Kind.TIME, "1ms", "1s"), problem.expected());
    assertEquals(
        Reason.MISSING_UNIT, only("sensors:\n  program:\n    hash_up_to: 1024\n").reason());
  }

  @Test
  void aValueOfAnotherKindIsRefused() {
    for (String wrong :
        List.of(
            "evidence:\n  commit_batch: many\n",
            "evidence:\n  commit_batch: \"256\"\n",
            "evidence:\n  commit_batch: 2.5\n",
            "evidence:\n  commit_batch:\n",
            "evidence:\n  commit_batch: [256]\n",
            "evidence:\n  commit_batch: {n: 256}\n",
            "evidence:\n  commit_batch: !words 256\n",
            "evidence:\n  commit_wait: 1.5s\n",
            "evidence:\n  commit_wait: 50 ms\n",
            "evidence:\n  commit_wait: 50MiB\n",
            "evidence:\n  commit_wait: -1s\n",
            "evidence:\n  commit_wait: 99999999999999999d\n",
            "evidence:\n  domain: Company.example\n",
            "evidence:\n  domain: company..example\n",
            "evidence:\n  domain: 42\n",
            "sensors:\n  usb:\n    enabled: yes\n",
            "sensors:\n  usb: true\n",
            "sensors:\n  program:\n    hash_up_to: 64MB\n",
            "report: 30m\n")) {
      assertEquals(Reason.WRONG_TYPE, only(wrong).reason(), wrong);
    }
  }

  @Test
  void aFolderMayLieOnAShareOfAnotherMachineAndOneWithoutAPlaceIsRefused() throws Exception {
    String folders = "sensors:\n  image:\n    folders: ['%s']\n";
    for (String good : List.of("\\\\desk\\扫描", "\\\\10.0.0.8\\scans\\面单", "D:\\扫描", "/srv/扫描")) {
      assertEquals(
          List.of(good), read(folders.formatted(good)).config().sensors().image().folders());
    }
    for (String bad :
        List.of(
            "\\desk\\scans",
            "\\\\desk",
            "\\\\desk\\",
            "\\\\?\\C:\\a",
            "\\\\.\\C:",
            "D:",
            "/",
            "扫描")) {
      assertEquals("sensors.image.folders", only(folders.formatted(bad)).key(), bad);
    }
  }

  @Test
  void whatHasASlashAndIsNoNetworkIsRefused() throws Exception {
    String peers = "rules:\n  remote_session:\n    allowed_peers: [it-desk, %s]\n";
    for (String good : List.of("10.8.0.0/16", "0.0.0.0/0", "fd00::/8", "::1/128", "fe80::1")) {
      read(peers.formatted("'" + good + "'"));
    }
    for (String bad :
        List.of(
            "10.8.0.0/33",
            "10.8/16",
            "it-desk/8",
            "10.8.0.0/",
            "::::/8",
            "::/129",
            "300.1.1.1/8")) {
      Problem problem = only(peers.formatted("'" + bad + "'"));
      assertEquals(Reason.WRONG_TYPE, problem.reason(), bad);
      assertEquals(Expected.PEERS, problem.expected());
    }
  }

  @Test
  void aNumberTooLongForAnyMachineIsOutOfRange() {
    assertEquals(
        Reason.OUT_OF_RANGE, only("evidence:\n  commit_batch: 99999999999999999999\n").reason());
  }

  @Test
  void theSameKeyTwiceIsRefusedAtTheSecond() {
    Problem problem = only("report:\n  every: 10m\n  every: 20m\n");
    assertEquals(Reason.DUPLICATE_KEY, problem.reason());
    assertEquals("report.every", problem.key());
    assertEquals(3, problem.line());
    assertEquals(Reason.DUPLICATE_KEY, only("inbox:\ninbox:\n").reason());
  }

  @Test
  void everyProblemOfAFileIsFoundAtOnceInTheOrderOfItsLines() {
    List<Problem> problems =
        problems(
            """
            watchdog:
              patience: 1s
            report:
              evry: 30m
              heartbeat: 5
            evidence:
              commit_batch: x
            """);
    assertEquals(List.of(2, 4, 5, 7), problems.stream().map(Problem::line).toList());
    assertEquals(
        List.of(Reason.OUT_OF_RANGE, Reason.UNKNOWN_KEY, Reason.MISSING_UNIT, Reason.WRONG_TYPE),
        problems.stream().map(Problem::reason).toList());
  }

  @Test
  void whatIsNoYamlIsRefusedWithItsLine() {
    assertEquals(3, notYaml("report:\n  every: 30m\n\theartbeat: 5m\n").line());
    assertEquals(2, notYaml("a: 1\nb: c: d\n").line());
    assertEquals(1, notYaml("- every\n- heartbeat\n").line());
    assertEquals(1, notYaml("just words").line());
    assertEquals(2, notYaml("inbox: {}\n---\ninbox: {}\n").line());
    notYaml("report: *nowhere\n");
    notYaml("report: \u0000\n");
    assertEquals(Reason.UNKNOWN_KEY, only("&a {? *a : 1}\n").reason());
  }

  @Test
  void aFileInAnotherEncodingIsRefusedAtItsFirstSuchLine() {
    byte[] gbk = "# settings\nreport:\n  # 每三十分钟\n".getBytes(Charset.forName("GBK"));
    ConfigException refused =
        assertThrows(ConfigException.class, () -> ConfigFile.parse(gbk, "agent.yaml"));
    assertEquals(Reason.NOT_UTF8, refused.problems().get(0).reason());
    assertEquals(3, refused.problems().get(0).line());
    byte[] cutShort = {'#', ' ', (byte) 0xE6, (byte) 0xAF};
    assertThrows(ConfigException.class, () -> ConfigFile.parse(cutShort, "agent.yaml"));
  }

  @Test
  void theFingerprintIsOfTheSettingsNotOfTheLayout() throws Exception {
    String plain = ConfigFile.defaults().fingerprint();
    assertEquals(plain, read("# words\nreport: {every: 1800s}\n").fingerprint());
    assertNotEquals(plain, read("report: {every: 1801s}\n").fingerprint());
  }

  @Test
  void theFileOfTheRepositoryIsTheDefaults() throws Exception {
    assertEquals(
        ConfigFile.defaults(),
        ConfigFile.read(Path.of("..", "config", "agent.yaml"), "agent.yaml"));
  }

  static ConfigFile read(String yaml) throws ConfigException {
    return ConfigFile.parse(yaml.getBytes(StandardCharsets.UTF_8), "agent.yaml");
  }

  static List<Problem> problems(String yaml) {
    return assertThrows(ConfigException.class, () -> read(yaml), yaml).problems();
  }

  private static Problem only(String yaml) {
    List<Problem> problems = problems(yaml);
    assertEquals(1, problems.size(), problems::toString);
    return problems.get(0);
  }

  private static Problem notYaml(String yaml) {
    Problem problem = only(yaml);
    assertEquals(Reason.NOT_YAML, problem.reason(), yaml);
    return problem;
  }
}
