package io.waybillguard.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.config.Problem;
import io.waybillguard.agent.config.ProblemWords;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PolicyTest {
  private static final String EVERY_RULE =
      """
      title: 双十一
      rules:
        images_carried_off: {least_images: 8, least_bytes: 9KiB, surplus: 10, allowed_destinations: [10.9.0.0/16, up.example]}
        remote_session:
          allowed_peers: [10.8.0.0/16, it-desk]
          allowed_tools: [sshd]
          allowed_accounts: [ops, 'a, b', 'true', "it's"]
          allowed_hours: 08:00-20:00
        programs: {allowed: ['sha256:%s', 'package:zto-scan', 'signer:%s']}
        usb: {known: [stick-1]}
        desk: {working_hours: 22:00-06:00, operator_required: true}
      sensors:
        image: {folders: [/srv/面单], programs: [/opt/scan]}
      """
          .formatted("0f".repeat(32), "ab".repeat(32));

  private static PolicyFile read(String yaml) throws ConfigException {
    return PolicyFile.parse(yaml.getBytes(StandardCharsets.UTF_8), "policy.yaml");
  }

  private static List<Problem> refused(String yaml) {
    return assertThrows(ConfigException.class, () -> read(yaml)).problems();
  }

  /** A rule's new setting fails here until the policy carries it. */
  @Test
  void everySettingOfTheRulesTravelsInTheDocument() throws Exception {
    PolicyFile file = read(EVERY_RULE);
    Policy policy = Policy.of(file);
    Policy arrived = Policy.read(policy.document(), "policy 7");
    assertEquals(file.rules(), arrived.file().rules());
    assertEquals(file.folders(), arrived.file().folders());
    assertEquals(file.programs(), arrived.file().programs());
    assertEquals("双十一", arrived.file().title());
    assertEquals(policy.sha256(), Policy.of(arrived.file()).sha256());
    String document = new String(policy.document(), StandardCharsets.UTF_8);
    for (var setting : ConfigFile.defaults().settings()) {
      if (setting.key().startsWith("rules.")) {
        String name = setting.key().substring(setting.key().lastIndexOf('.') + 1);
        assertTrue(document.contains('"' + name + '"'), setting.key() + " is not in the document");
      }
    }
  }

  @Test
  void theSamePolicyWrittenOtherwiseIsTheSameDocument() throws Exception {
    assertEquals(
        Policy.of(read("rules: {usb: {known: [a]}}")).sha256(),
        Policy.of(read("# 一\nrules:\n  usb:\n    known:\n      - a\n  desk:\n")).sha256());
    assertNotEquals(
        Policy.of(read("rules:")).sha256(),
        Policy.NONE.sha256(),
        "that all rules have their defaults is something other than that nothing is decided");
  }

  @Test
  void whatTheRulesLeaveOutHasItsDefaultAndNotTheDesksOwnValue() throws Exception {
    Config own =
        ConfigFile.parse(
                "rules: {usb: {known: [mine]}, desk: {operator_required: true}}\nsensors: {image: {folders: [/mine]}}"
                    .getBytes(StandardCharsets.UTF_8),
                "agent.yaml")
            .config();
    Config under = read("rules: {desk: {working_hours: 08:00-20:00}}").over(own);
    assertEquals(List.of(), under.rules().usb().known());
    assertFalse(under.rules().desk().operatorRequired());
    assertEquals(List.of("/mine"), under.sensors().image().folders(), "it names no folders");
    assertEquals(own, PolicyFile.NONE.over(own));
  }

  @Test
  void whatRemovalTakesIsThePolicysWhereItNamesItAndTheDesksOwnOtherwise() throws Exception {
    Config asks =
        ConfigFile.parse(
                "removal: {code_required: true}".getBytes(StandardCharsets.UTF_8), "agent.yaml")
            .config();
    PolicyFile names = read("removal: {code_required: true}");
    PolicyFile arrived = Policy.read(Policy.of(names).document(), "policy 7").file();
    assertTrue(arrived.over(Config.DEFAULTS).removal().codeRequired());
    assertFalse(read("removal: {code_required: false}").over(asks).removal().codeRequired());
    PolicyFile silent = read("rules: {desk: {operator_required: true}}");
    assertTrue(silent.over(asks).removal().codeRequired());
    assertFalse(silent.over(Config.DEFAULTS).removal().codeRequired());
    assertFalse(names.isEmpty());
  }

  @Test
  void aPolicyIsReadAsStrictlyAsTheSettings() {
    assertEquals(Problem.Reason.UNKNOWN_KEY, refused("rules: {usb: {know: []}}").get(0).reason());
    assertEquals(
        Problem.Reason.OUT_OF_RANGE,
        refused("rules: {images_carried_off: {surplus: 0}}").get(0).reason());
    assertEquals(
        Problem.Reason.WRONG_TYPE,
        refused("rules: {programs: {allowed: ['signer:微软']}}").get(0).reason());
    assertEquals(Problem.Reason.WRONG_TYPE, refused("title: \"a\\u202eb\"").get(0).reason());
    assertEquals(Problem.Reason.NOT_YAML, refused("rules: [").get(0).reason());
  }

  @Test
  void aDesksOwnSettingsAreNoPartOfAPolicy() {
    List<Problem> problems =
        refused(
            "watchdog: {patience: 1h}\nsensors: {usb: {enabled: false}, image: {enabled: false}}");
    assertEquals(
        List.of("watchdog", "sensors.image.enabled", "sensors.usb"),
        problems.stream().map(Problem::key).toList());
    assertTrue(problems.stream().allMatch(p -> p.reason() == Problem.Reason.DESKS_OWN));
    assertEquals(
        "policy.yaml:1: watchdog 由每台电脑自己的 agent.yaml 决定，不属于策略。请从策略里去掉。",
        new ProblemWords(Locale.SIMPLIFIED_CHINESE).of(problems.get(0)));
  }

  /** Thousands of hashes: what an allow-list of a company's programs comes to. */
  @Test
  void tenThousandHashesFitIntoADocument() throws Exception {
    String hashes =
        IntStream.range(0, 10_000)
            .mapToObj(n -> "'sha256:" + String.format("%064x", n) + "'")
            .collect(Collectors.joining(", "));
    Policy policy = Policy.of(read("rules: {programs: {allowed: [" + hashes + "]}}"));
    assertFalse(policy.isTooLarge(), policy.document().length + " bytes");
    assertEquals(
        10_000,
        Policy.read(policy.document(), "p")
            .file()
            .rules()
            .orElseThrow()
            .programs()
            .allowed()
            .size());
  }

  // -- in words ----------------------------------------------------------------------------------

  private static List<String> changes(String before, String after, Locale language)
      throws ConfigException {
    return new PolicyWords(language)
        .changes(read(before), read(after)).stream()
            .map(c -> c.way().word() + " " + c.text())
            .toList();
  }

  @Test
  void twoPoliciesDifferInPlainWords() throws Exception {
    String before =
        "rules: {remote_session: {allowed_peers: [10.8.0.7], allowed_tools: [sshd]}, desk: {working_hours: 08:00-20:00}}";
    String after =
        "rules: {remote_session: {allowed_peers: [10.8.0.0/16], allowed_tools: [sshd]}, images_carried_off: {least_bytes: 1MiB}, desk: {operator_required: true}}";
    assertEquals(
        List.of(
            "looser 读取后发出多少起算发现：从 64KiB 改为 1MiB。",
            "looser 许可远程登录从哪里来：增加 1 项（10.8.0.0/16）。",
            "tighter 许可远程登录从哪里来：去掉 1 项（10.8.0.7）。",
            "looser 上班时间：从 08:00-20:00 改为 任何时间。",
            "tighter 用电脑要先上岗：从 否 改为 是。"),
        changes(before, after, Locale.SIMPLIFIED_CHINESE));
    assertEquals(
        "looser Sent after reading before it is a finding: from 64KiB to 1MiB.",
        changes(before, after, Locale.ENGLISH).get(0));
    assertEquals(List.of(), changes(after, after, Locale.ENGLISH));
  }

  @Test
  void anAccountMoreIsLooserButTheFirstOneNamedIsTighter() throws Exception {
    String none = "rules: {remote_session: {allowed_accounts: []}}";
    String one = "rules: {remote_session: {allowed_accounts: [a]}}";
    String two = "rules: {remote_session: {allowed_accounts: [a, b]}}";
    assertTrue(changes(none, one, Locale.ENGLISH).get(0).startsWith("tighter"));
    assertTrue(changes(one, two, Locale.ENGLISH).get(0).startsWith("looser"));
    assertTrue(changes(one, none, Locale.ENGLISH).get(0).startsWith("looser"));
  }

  @Test
  void fromTheDesksOwnSettingsOnlyWhatIsNotUsualIsTold() throws Exception {
    assertEquals(
        List.of("other 规则改由策略决定，不再用每台电脑自己的设置。", "other 公司自己的U盘和键盘类设备：a。"),
        changes("{}", "rules: {usb: {known: [a]}}", Locale.SIMPLIFIED_CHINESE));
    assertEquals(
        List.of("other The rules go by each PC's own settings again."),
        changes("rules: {usb: {known: [a]}}", "{}", Locale.ENGLISH));
  }

  @Test
  void whatIsSeldomMeantIsRemarked() throws Exception {
    List<String> remarks =
        new PolicyWords(Locale.ENGLISH)
            .remarks(
                read(
                    "rules: {remote_session: {allowed_peers: [0.0.0.0/0], allowed_tools: [anydesc]}}"));
    assertEquals(2, remarks.size(), remarks.toString());
    assertTrue(remarks.get(0).contains("\"anydesc\""), remarks.get(0));
    assertTrue(remarks.get(0).contains("sshd"), remarks.get(0));
    assertTrue(remarks.get(1).startsWith("Every address"), remarks.get(1));
  }

  @Test
  void aLongListIsNamedInPartAndCounted() throws Exception {
    String known = IntStream.range(0, 40).mapToObj(n -> "s" + n).collect(Collectors.joining(", "));
    String said =
        new PolicyWords(Locale.SIMPLIFIED_CHINESE)
            .meaning(read("rules: {usb: {known: [" + known + "]}}"))
            .get(0);
    assertTrue(said.contains("40 个（s0、s1、") && said.contains("等，另有 28 项"), said);
  }

  @Test
  void bothLanguagesSayTheSameThingsAndNoApostropheIsLost() throws Exception {
    for (String bundle : List.of("policy/words", "config/problems")) {
      Properties chinese = load(bundle + "_zh");
      Properties english = load(bundle + "_en");
      assertEquals(
          new TreeSet<>(chinese.stringPropertyNames()),
          new TreeSet<>(english.stringPropertyNames()));
      for (Properties each : List.of(chinese, english)) {
        for (String key : each.stringPropertyNames()) {
          String pattern = each.getProperty(key);
          assertFalse(
              bundle.startsWith("policy") && pattern.replace("''", "").contains("'"),
              key + ": a lone apostrophe quotes the rest");
          String spoken = new MessageFormat(pattern, Locale.ROOT).format(new Object[] {1, 2, 3, 4});
          assertFalse(spoken.contains("{"), key + ": " + spoken);
        }
      }
    }
  }

  private static Properties load(String name) throws IOException {
    Path file = Path.of("src/main/resources/io/waybillguard/agent").resolve(name + ".properties");
    Properties loaded = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      loaded.load(reader);
    }
    return loaded;
  }
}
