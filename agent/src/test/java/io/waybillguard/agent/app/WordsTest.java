package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class WordsTest {
  private static final Path BUNDLES =
      Path.of("src", "main", "resources", "io", "waybillguard", "agent", "app");
  private static final Path SOURCES =
      Path.of("src", "main", "java", "io", "waybillguard", "agent", "app");

  /** Words that our readers do not use, from the house's list of terms. */
  private static final List<String> NEVER =
      List.of(
          "终端", "主机", "站点", "服务端", "审计", "流水", "上链", "告警", "探针", "致盲", "介质", "持久化", "白名单", "用户登录",
          "！", "!");

  @Test
  void bothLanguagesSayTheSameThings() throws Exception {
    for (String bundle : List.of("words", "help")) {
      Properties chinese = load(bundle + "_zh");
      Properties english = load(bundle + "_en");
      assertEquals(
          new TreeSet<>(chinese.stringPropertyNames()),
          new TreeSet<>(english.stringPropertyNames()),
          bundle);
      for (String key : chinese.stringPropertyNames()) {
        assertEquals(arguments(chinese.getProperty(key)), arguments(english.getProperty(key)), key);
      }
    }
  }

  private static Set<String> arguments(String pattern) {
    return Pattern.compile("\\{(\\d+)")
        .matcher(pattern)
        .results()
        .map(r -> r.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyArgumentIsSpokenAndNoApostropheIsLost() throws Exception {
    for (String bundle : List.of("words_zh", "words_en")) {
      Properties sentences = load(bundle);
      for (String key : sentences.stringPropertyNames()) {
        String pattern = sentences.getProperty(key);
        assertFalse(
            pattern.replace("''", "").contains("'"), key + ": a lone apostrophe quotes the rest");
        String spoken =
            new MessageFormat(pattern, Locale.ROOT).format(new Object[] {1, 2, 3, 4, 5, 6});
        assertFalse(spoken.contains("{"), key + ": " + spoken);
      }
    }
  }

  @Test
  void everyKeyInTheCodeIsInTheBundleAndEveryKeyOfTheBundleIsUsed() throws Exception {
    Set<String> known = load("words_zh").stringPropertyNames();
    String code = code();
    Set<String> literals =
        Pattern.compile("\"([a-z0-9_]+(?:\\.[a-z0-9_]+)*\\.?)\"")
            .matcher(code)
            .results()
            .map(r -> r.group(1))
            .collect(Collectors.toSet());
    Set<String> unused =
        known.stream()
            .filter(key -> !literals.contains(key))
            // "config.expected." + kind: the key's beginning is the literal.
            .filter(key -> !literals.contains(key.substring(0, key.lastIndexOf('.') + 1)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), unused, "sentences that nobody says");
    Set<String> unknown =
        Pattern.compile("(?:say|remark|bar)\\(\\s*\"([^\"]+)\"\\s*[,)]")
            .matcher(code)
            .results()
            .map((MatchResult r) -> r.group(1))
            .filter(key -> !known.contains(key))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), unknown, "keys without a sentence");
  }

  private static String code() throws IOException {
    StringBuilder code = new StringBuilder();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        code.append(Files.readString(file));
      }
    }
    return code.toString();
  }

  @Test
  void noSentenceUsesAWordThatReadersDoNot() throws Exception {
    for (String bundle : List.of("words_zh", "words_en", "help_zh", "help_en")) {
      Properties sentences = load(bundle);
      for (String key : sentences.stringPropertyNames()) {
        for (String never : NEVER) {
          assertFalse(sentences.getProperty(key).contains(never), key + " says " + never);
        }
      }
    }
  }

  @Test
  void countsAreGroupedByThousands() {
    assertEquals(
        "x [##] 1,204 / 4,096 (29%)",
        new Words(Language.EN).say("progress", "x", "##", 1204, 4096, 1204.0 / 4096));
  }

  private static Properties load(String bundle) throws IOException {
    Properties sentences = new Properties();
    try (Reader in =
        Files.newBufferedReader(BUNDLES.resolve(bundle + ".properties"), StandardCharsets.UTF_8)) {
      sentences.load(in);
    }
    return sentences;
  }
}
