package io.waybillguard.agent.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.Problem.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds each setting to its promises: written in {@code config/agent.yaml} with its default, its
 * range and words in both languages; read into the right place; refused outside its range. A new
 * setting fails here until it has all of that, and a line in {@link #PLACES}.
 */
final class EverySettingTest {
  /** Where each setting ends up, and a value other than the default, as written and as read. */
  private static final Map<String, Place> PLACES =
      Map.ofEntries(
          Map.entry(
              "evidence.domain", new Place(c -> c.evidence().domain(), "a.example", "a.example")),
          Map.entry("evidence.commit_batch", new Place(c -> c.evidence().commitBatch(), "17", 17)),
          Map.entry(
              "evidence.commit_wait",
              new Place(c -> c.evidence().commitWait(), "51ms", Duration.ofMillis(51))),
          Map.entry(
              "evidence.checkpoint_every",
              new Place(c -> c.evidence().checkpointEvery(), "3s", Duration.ofSeconds(3))),
          Map.entry(
              "evidence.key_epoch",
              new Place(c -> c.evidence().keyEpoch(), "3d", Duration.ofDays(3))),
          Map.entry(
              "evidence.key_epoch_records",
              new Place(c -> c.evidence().keyEpochRecords(), "18", 18)),
          Map.entry("evidence.disk_cap", new Place(c -> c.evidence().diskCap(), "3GiB", 3L << 30)),
          Map.entry("evidence.ballast", new Place(c -> c.evidence().ballast(), "17MiB", 17L << 20)),
          Map.entry("inbox.capacity", new Place(c -> c.inbox().capacity(), "65", 65)),
          Map.entry("report.every", new Place(c -> c.report().every(), "7h", Duration.ofHours(7))),
          Map.entry(
              "report.heartbeat",
              new Place(c -> c.report().heartbeat(), "11s", Duration.ofSeconds(11))),
          Map.entry(
              "report.connect_timeout",
              new Place(c -> c.report().connectTimeout(), "12s", Duration.ofSeconds(12))),
          Map.entry(
              "report.read_timeout",
              new Place(c -> c.report().readTimeout(), "13s", Duration.ofSeconds(13))),
          Map.entry(
              "report.backoff_max",
              new Place(c -> c.report().backoffMax(), "14s", Duration.ofSeconds(14))),
          Map.entry(
              "retention.personal",
              new Place(c -> c.retention().personal(), "31d", Duration.ofDays(31))),
          Map.entry(
              "retention.technical",
              new Place(c -> c.retention().technical(), "181d", Duration.ofDays(181))),
          Map.entry(
              "retention.leaf",
              new Place(c -> c.retention().leaf(), "1096d", Duration.ofDays(1096))),
          Map.entry(
              "sensors.usb.enabled", new Place(c -> c.sensors().usb().enabled(), "false", false)),
          Map.entry(
              "sensors.program.enabled",
              new Place(c -> c.sensors().program().enabled(), "false", false)),
          Map.entry(
              "sensors.program.hash_up_to",
              new Place(c -> c.sensors().program().hashUpTo(), "5MiB", 5L << 20)),
          Map.entry(
              "sensors.image.enabled",
              new Place(c -> c.sensors().image().enabled(), "false", false)),
          Map.entry(
              "sensors.image.folders",
              new Place(
                  c -> c.sensors().image().folders(),
                  "[/srv/面单, /a b]",
                  List.of("/srv/面单", "/a b"))),
          Map.entry(
              "sensors.image.programs",
              new Place(
                  c -> c.sensors().image().programs(),
                  "['/opt/a sha256:" + "0f".repeat(32) + "', /opt/b]",
                  List.of("/opt/a sha256:" + "0f".repeat(32), "/opt/b"))),
          Map.entry(
              "sensors.image.summary_every",
              new Place(c -> c.sensors().image().summaryEvery(), "16s", Duration.ofSeconds(16))),
          Map.entry(
              "sensors.upload.enabled",
              new Place(c -> c.sensors().upload().enabled(), "false", false)),
          Map.entry(
              "sensors.upload.record_from",
              new Place(c -> c.sensors().upload().recordFrom(), "6KiB", 6L << 10)),
          Map.entry(
              "sensors.upload.summary_every",
              new Place(c -> c.sensors().upload().summaryEvery(), "17s", Duration.ofSeconds(17))),
          Map.entry(
              "rules.images_carried_off.least_images",
              new Place(c -> c.rules().imagesCarriedOff().leastImages(), "8", 8)),
          Map.entry(
              "rules.images_carried_off.least_bytes",
              new Place(c -> c.rules().imagesCarriedOff().leastBytes(), "9KiB", 9L << 10)),
          Map.entry(
              "rules.images_carried_off.surplus",
              new Place(c -> c.rules().imagesCarriedOff().surplus(), "10", 10)),
          Map.entry(
              "rules.images_carried_off.allowed_destinations",
              new Place(
                  c -> c.rules().imagesCarriedOff().allowedDestinations(),
                  "[10.8.0.0/16, up.example]",
                  List.of("10.8.0.0/16", "up.example"))),
          Map.entry(
              "sensors.session.enabled",
              new Place(c -> c.sensors().session().enabled(), "false", false)),
          Map.entry(
              "sensors.session.every",
              new Place(c -> c.sensors().session().every(), "2s", Duration.ofSeconds(2))),
          Map.entry(
              "sensors.persistence.enabled",
              new Place(c -> c.sensors().persistence().enabled(), "false", false)),
          Map.entry(
              "sensors.persistence.every",
              new Place(c -> c.sensors().persistence().every(), "5h", Duration.ofHours(5))),
          Map.entry(
              "sensors.persistence.cpu_share",
              new Place(c -> c.sensors().persistence().cpuShare(), "7", 7)),
          Map.entry(
              "rules.programs.allowed",
              new Place(
                  c -> c.rules().programs().allowed(),
                  "['sha256:" + "0f".repeat(32) + "', 'package:zto-scan']",
                  List.of("sha256:" + "0f".repeat(32), "package:zto-scan"))),
          Map.entry(
              "sensors.presence.enabled",
              new Place(c -> c.sensors().presence().enabled(), "false", false)),
          Map.entry(
              "sensors.presence.idle_after",
              new Place(c -> c.sensors().presence().idleAfter(), "6m", Duration.ofMinutes(6))),
          Map.entry(
              "rules.remote_session.allowed_peers",
              new Place(
                  c -> c.rules().remoteSession().allowedPeers(),
                  "[a, 10.0.0.1, 10.8.0.0/16]",
                  List.of("a", "10.0.0.1", "10.8.0.0/16"))),
          Map.entry(
              "rules.remote_session.allowed_tools",
              new Place(c -> c.rules().remoteSession().allowedTools(), "[xrdp]", List.of("xrdp"))),
          Map.entry(
              "rules.remote_session.allowed_accounts",
              new Place(c -> c.rules().remoteSession().allowedAccounts(), "[it]", List.of("it"))),
          Map.entry(
              "rules.remote_session.allowed_hours",
              new Place(
                  c -> c.rules().remoteSession().allowedHours(),
                  "22:00-06:30",
                  new Config.Hours(LocalTime.of(22, 0), LocalTime.of(6, 30)))),
          Map.entry(
              "selftest.every", new Place(c -> c.selftest().every(), "6h", Duration.ofHours(6))),
          Map.entry(
              "rules.desk.working_hours",
              new Place(
                  c -> c.rules().desk().workingHours(),
                  "07:30-21:00",
                  new Config.Hours(LocalTime.of(7, 30), LocalTime.of(21, 0)))),
          Map.entry(
              "rules.desk.operator_required",
              new Place(c -> c.rules().desk().operatorRequired(), "true", true)),
          Map.entry(
              "rules.usb.known",
              new Place(c -> c.rules().usb().known(), "[0f3a, 77aa]", List.of("0f3a", "77aa"))),
          Map.entry(
              "disposal.allow",
              new Place(c -> c.disposal().allow(), "[block, usb]", List.of("block", "usb"))),
          Map.entry(
              "disposal.automatic",
              new Place(c -> c.disposal().automatic(), "[end_session]", List.of("end_session"))),
          Map.entry(
              "removal.code_required", new Place(c -> c.removal().codeRequired(), "true", true)),
          Map.entry("terminal.port", new Place(c -> c.terminal().port(), "8470", 8470)),
          Map.entry("terminal.page", new Place(c -> c.terminal().page(), "true", true)),
          Map.entry("notice.enabled", new Place(c -> c.notice().enabled(), "false", false)),
          Map.entry(
              "notice.least_severity", new Place(c -> c.notice().leastSeverity(), "high", "high")),
          Map.entry(
              "notice.fold_after",
              new Place(c -> c.notice().foldAfter(), "45s", Duration.ofSeconds(45))),
          Map.entry(
              "notice.remind_after",
              new Place(c -> c.notice().remindAfter(), "8m", Duration.ofMinutes(8))),
          Map.entry("notice.repeats", new Place(c -> c.notice().repeats(), "3", 3)),
          Map.entry(
              "notice.quiet_hours",
              new Place(
                  c -> c.notice().quietHours(),
                  "22:30-06:00",
                  new Config.Hours(LocalTime.of(22, 30), LocalTime.of(6, 0)))),
          Map.entry(
              "notice.hq_phone", new Place(c -> c.notice().hqPhone(), "4000000000", "4000000000")),
          Map.entry(
              "notice.scanner",
              new Place(
                  c -> c.notice().scanner(),
                  "0c2e:0b61 serial:A1 port:1-2.3",
                  "0c2e:0b61 serial:A1 port:1-2.3")),
          Map.entry(
              "selftest.signs_every",
              new Place(c -> c.selftest().signsEvery(), "2m", Duration.ofMinutes(2))),
          Map.entry(
              "watchdog.patience",
              new Place(c -> c.watchdog().patience(), "45s", Duration.ofSeconds(45))));

  private record Place(Function<Config, Object> in, String written, Object read) {}

  @Test
  void everySettingHasAPlaceInThisTest() {
    assertEquals(
        new TreeSet<>(PLACES.keySet()),
        ConfigFile.defaults().settings().stream()
            .map(Setting::key)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  @TestFactory
  List<DynamicTest> eachSettingIsReadIntoItsPlaceAndNoOther() {
    return each(
        setting -> {
          Place place = Objects.requireNonNull(PLACES.get(setting.key()), "no line in PLACES");
          Config read = ConfigFileTest.read(yaml(setting.key(), place.written())).config();
          PLACES.forEach(
              (key, other) ->
                  assertEquals(
                      key.equals(setting.key()) ? place.read() : other.in().apply(Config.DEFAULTS),
                      other.in().apply(read),
                      key));
        });
  }

  @TestFactory
  List<DynamicTest> eachRangeIncludesItsEndsAndNothingBeyond() {
    return each(
        setting -> {
          Expected range = setting.expected();
          if (range.least().isEmpty()) {
            return;
          }
          for (String end : List.of(range.least(), range.most())) {
            assertEquals(
                end,
                ConfigFileTest.read(yaml(setting.key(), end)).settings().stream()
                    .filter(s -> s.key().equals(setting.key()))
                    .findFirst()
                    .orElseThrow()
                    .value());
          }
          for (String beyond : List.of(stepped(range.least(), -1), stepped(range.most(), 1))) {
            Problem problem = ConfigFileTest.problems(yaml(setting.key(), beyond)).get(0);
            assertEquals(Reason.OUT_OF_RANGE, problem.reason(), beyond);
            assertEquals(range, problem.expected());
            assertEquals(beyond, problem.found());
          }
        });
  }

  @TestFactory
  List<DynamicTest> eachSettingIsWrittenInTheDefaultFileWithItsDefaultRangeAndWords()
      throws Exception {
    List<String> lines =
        Files.readAllLines(Path.of("..", "config", "agent.yaml"), StandardCharsets.UTF_8);
    return each(
        setting -> {
          int line = lineOf(setting.key(), lines);
          assertEquals(
              setting.standard(), lines.get(line).replaceFirst("^\\s*[a-z_]+: ", ""), "default");
          String comment = commentAbove(line, lines);
          assertAll(
              () -> assertTrue(comment.matches("(?s).*\\p{IsHan}{3}.*"), "Chinese words"),
              () -> assertTrue(comment.matches("(?s).*[a-z]+ [a-z]+.*"), "English words"),
              () -> assertTrue(comment.contains(range(setting, " 到 ")), "range: " + comment),
              () -> assertTrue(comment.contains(range(setting, " to ")), "range: " + comment));
        });
  }

  @TestFactory
  List<DynamicTest> eachRangeIsToldToDevelopersToo() throws Exception {
    String javadoc =
        Files.readString(
                Path.of("src/main/java/io/waybillguard/agent/config/Config.java"),
                StandardCharsets.UTF_8)
            .replaceAll("\\s*\\n\\s*\\* +", " ");
    return each(
        setting -> {
          String words = range(setting, " to ");
          Matcher param =
              Pattern.compile("@param " + camelCase(setting.key()) + " ([^@]*)").matcher(javadoc);
          assertTrue(param.results().anyMatch(m -> m.group(1).contains(words)), words);
        });
  }

  private interface Promise {
    void holds(Setting setting) throws Exception;
  }

  private static List<DynamicTest> each(Promise promise) {
    return ConfigFile.defaults().settings().stream()
        .map(s -> DynamicTest.dynamicTest(s.key(), () -> promise.holds(s)))
        .toList();
  }

  /** The range in words; "" for a setting without one. */
  private static String range(Setting setting, String to) {
    Expected expected = setting.expected();
    return expected.least().isEmpty() ? "" : expected.least() + to + expected.most();
  }

  private static String yaml(String key, String value) {
    String[] parts = key.split("\\.");
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < parts.length; i++) {
      yaml.append("  ".repeat(i)).append(parts[i]).append(i < parts.length - 1 ? ":\n" : ": ");
    }
    return yaml.append(value).append('\n').toString();
  }

  /** One unit below or above. */
  private static String stepped(String amount, int by) {
    Matcher parts = Pattern.compile("([0-9]+)([A-Za-z]*)").matcher(amount);
    assertTrue(parts.matches(), amount);
    return Long.parseLong(parts.group(1)) + by + parts.group(2);
  }

  private static int lineOf(String key, List<String> lines) {
    int line = -1;
    String[] parts = key.split("\\.");
    for (int depth = 0; depth < parts.length; depth++) {
      String start = "  ".repeat(depth) + parts[depth] + ":";
      do {
        line++;
        assertTrue(line < lines.size(), key + " is not in config/agent.yaml");
      } while (!lines.get(line).startsWith(start));
    }
    return line;
  }

  private static String commentAbove(int line, List<String> lines) {
    int first = line;
    while (first > 0 && lines.get(first - 1).strip().startsWith("#")) {
      first--;
    }
    return String.join("\n", lines.subList(first, line));
  }

  private static String camelCase(String key) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    String[] words = last.split("_");
    return words[0]
        + Arrays.stream(words)
            .skip(1)
            .map(w -> Character.toUpperCase(w.charAt(0)) + w.substring(1))
            .collect(Collectors.joining());
  }
}
