package io.waybillguard.agent.hunt.sigma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.hunt.sigma.SigmaException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Modifiers, escapes and conditions, each after its sentence in the specification. */
final class SigmaRuleTest {
  private static String rule(String condition, String... searches) {
    return "title: t\nlogsource:\n  category: process_creation\ndetection:\n  "
        + String.join("\n  ", searches)
        + "\n  condition: "
        + condition
        + "\n";
  }

  /** The answer to one line about the command line. */
  private static Answer ask(String line, String value) throws Exception {
    return SigmaRule.parse(rule("s", "s: {" + line + "}"))
        .on(Occurrence.of(Map.of("CommandLine", value)));
  }

  private static void says(String line, String value, boolean yes) throws Exception {
    assertEquals(yes ? Answer.YES : Answer.NO, ask(line, value), line + " of " + value);
  }

  private static SigmaException refused(String rule) {
    return assertThrows(SigmaException.class, () -> SigmaRule.parse(rule), rule);
  }

  @Test
  void valuesFitWholeAndInEitherCaseUnlessTheRuleSaysOtherwise() throws Exception {
    says("CommandLine: 'whoami'", "WhoAmI", true);
    says("CommandLine: 'whoami'", "whoami /all", false);
    says("CommandLine|cased: 'whoami'", "WhoAmI", false);
    says("CommandLine|contains: 'oam'", "WHOAMI", true);
    says("CommandLine|startswith: 'who'", "whoami", true);
    says("CommandLine|startswith: 'ami'", "whoami", false);
    says("CommandLine|endswith: 'ami'", "whoami", true);
    says("CommandLine|contains|cased: 'OAM'", "whoami", false);
    says("CommandLine: 'ǅungla'", "ǆungla", true);
  }

  @Test
  void wildcardsAndTheirEscapesAreThoseOfTheSpecification() throws Exception {
    says("CommandLine: 'prog?.exe'", "progA.exe", true);
    says("CommandLine: 'prog?.exe'", "prog.exe", false);
    says("CommandLine: 'a*c*e'", "abcde", true);
    says("CommandLine: 'a\\*c'", "a*c", true);
    says("CommandLine: 'a\\*c'", "abc", false);
    says("CommandLine: 'a\\\\*c'", "a\\bbc", true);
    says("CommandLine: 'a\\\\\\*c'", "a\\*c", true);
    says("CommandLine: 'a\\b'", "a\\b", true);
    says("CommandLine: 'a\\\\b'", "a\\b", true);
    says("CommandLine: 'a\\\\\\\\b'", "a\\\\b", true);
    says("CommandLine: 'a\\'", "a\\", true);
  }

  @Test
  void listsAreAnyOfThemAndWithAllAllOfThem() throws Exception {
    says("CommandLine|contains: [a, b]", "xbx", true);
    says("CommandLine|contains|all: [a, b]", "xbx", false);
    says("CommandLine|contains|all: [a, b]", "bxa", true);
    says("CommandLine|neq: [a, b]", "c", true);
    says("CommandLine|neq: [a, b]", "B", false);
  }

  @Test
  void expressionsAreFoundAnywhereAndMindTheCaseUnlessToldOtherwise() throws Exception {
    says("CommandLine|re: 'a[0-9]{2}$'", "xa12", true);
    says("CommandLine|re: 'A[0-9]'", "a1", false);
    says("CommandLine|re|i: 'A[0-9]'", "a1", true);
    says("CommandLine|re: 'a.b'", "a\nb", false);
    says("CommandLine|re|s: 'a.b'", "a\nb", true);
    says("CommandLine|re|m: '^b$'", "a\nb\nc", true);
  }

  /** The pattern is one that takes time beyond measure on this text in Java's matcher. */
  @Test
  void anExpressionThatWouldTakeForeverIsGivenUpAndLeftOpen() throws Exception {
    assertEquals(Answer.UNKNOWN, ask("CommandLine|re: '^(a|aa)+\\1b$'", "a".repeat(60) + "!"));
    assertEquals(Answer.UNKNOWN, ask("CommandLine|re: '^(a|b)*$'", "ab".repeat(50_000)));
  }

  @Test
  void numbersAreComparedAsNumbers() throws Exception {
    says("CommandLine|gt: 9", "10", true);
    says("CommandLine|gt: 10", "10", false);
    says("CommandLine|gte: 10", "10", true);
    says("CommandLine|lt: 10", "9.5", true);
    says("CommandLine|lte: -3", "-3", true);
    says("CommandLine|lt: 10", "nine", false);
    says("CommandLine: 22", "22", true);
  }

  @Test
  void networksHoldTheirAddressesAndNoNames() throws Exception {
    says("CommandLine|cidr: '10.0.0.0/8'", "10.255.0.1", true);
    says("CommandLine|cidr: '10.0.0.0/8'", "11.0.0.1", false);
    says("CommandLine|cidr: ['192.168.0.0/23', 'fe80::/10']", "fe80::1", true);
    says("CommandLine|cidr: '192.168.0.0/23'", "192.168.1.255", true);
    says("CommandLine|cidr: '192.168.0.0/23'", "192.168.2.0", false);
    says("CommandLine|cidr: '127.0.0.0/8'", "localhost", false);
  }

  @Test
  void anyOfTheDashesBeginsAnOptionAndNoneInsideAWordDoes() throws Exception {
    for (String dash : List.of("-", "/", "\u2013", "\u2014", "\u2015")) {
      says("CommandLine|windash|contains: ' -enc '", "ps " + dash + "enc x", true);
      says("CommandLine|windash|contains: 'a-b'", "a" + dash + "b", dash.equals("-"));
    }
    says("CommandLine|windash|contains|all: [' -f ', ' /y ']", "x /f -y ", true);
  }

  @Test
  void aFieldIsThereOrNotAndNullIsNotThere() throws Exception {
    Occurrence none = new Occurrence(Map.of("Image", "x"), Set.of("Image", "CommandLine"));
    Map<String, Answer> expected = new HashMap<>();
    expected.put("CommandLine|exists: true", Answer.NO);
    expected.put("CommandLine|exists: false", Answer.YES);
    expected.put("CommandLine: null", Answer.YES);
    expected.put("Image: null", Answer.NO);
    expected.put("CommandLine|contains: ''", Answer.NO);
    expected.put("User: null", Answer.UNKNOWN);
    expected.put("User|exists: false", Answer.UNKNOWN);
    for (Map.Entry<String, Answer> each : expected.entrySet()) {
      assertEquals(
          each.getValue(),
          SigmaRule.parse(rule("s", "s: {" + each.getKey() + "}")).on(none),
          each.getKey());
    }
  }

  @Test
  void fieldsAreComparedWithEachOther() throws Exception {
    Occurrence it =
        Occurrence.of(Map.of("Image", "C:\\A.exe", "ParentImage", "c:\\a.exe", "User", "C:"));
    for (String yes : List.of("Image|fieldref: ParentImage", "Image|fieldref|startswith: User")) {
      assertEquals(Answer.YES, SigmaRule.parse(rule("s", "s: {" + yes + "}")).on(it), yes);
    }
    for (String no :
        List.of(
            "Image|fieldref|cased: ParentImage",
            "Image|fieldref|neq: ParentImage",
            "Image|fieldref: User")) {
      assertEquals(Answer.NO, SigmaRule.parse(rule("s", "s: {" + no + "}")).on(it), no);
    }
  }

  @Test
  void textIsFoundInTheFormsThatHideIt() throws Exception {
    says("CommandLine|base64|contains: 'foobar'", "x Zm9vYmFy", true);
    says("CommandLine|utf16le|base64offset|contains: 'ping'", "-e cABpAG4AZwA=", true);
    says("CommandLine|wide|base64offset|contains: 'ping'", "-e AHAAaQBuAGcA", true);
    says("CommandLine|utf16be|base64: 'p'", "AHA=", true);
    says("CommandLine|utf16|base64: 'p'", "//5wAA==", true);
  }

  @Test
  void base64OfAnyTextIsFoundAtAnyPlaceOfAnyOtherText() throws Exception {
    Random random = new Random(20261127);
    for (int i = 0; i < 2000; i++) {
      String wanted = word(random, 3 + random.nextInt(12));
      String before = word(random, random.nextInt(6));
      String after = word(random, random.nextInt(6));
      byte[] whole = (before + wanted + after).getBytes(StandardCharsets.UTF_8);
      String code = Base64.getEncoder().encodeToString(whole);
      says("CommandLine|base64offset|contains|cased: '" + wanted + "'", code, true);
    }
  }

  private static String word(Random random, int length) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    return word.toString();
  }

  /** A plain way to match wildcards, slow and obviously right. */
  private static boolean fits(String pattern, String value) {
    if (pattern.isEmpty()) {
      return value.isEmpty();
    }
    if (pattern.charAt(0) == '*') {
      return fits(pattern.substring(1), value)
          || (!value.isEmpty() && fits(pattern, value.substring(1)));
    }
    return !value.isEmpty()
        && (pattern.charAt(0) == '?' || pattern.charAt(0) == value.charAt(0))
        && fits(pattern.substring(1), value.substring(1));
  }

  @Test
  void wildcardsFitWhatAPlainReadingOfThemFits() {
    Random random = new Random(7);
    int fitting = 0;
    for (int i = 0; i < 20_000; i++) {
      String pattern = of(random, "ab*?", random.nextInt(8));
      String value = of(random, "ab", random.nextInt(10));
      boolean expected = fits(pattern, value);
      fitting += expected ? 1 : 0;
      assertEquals(expected, Glob.of(pattern).matches(value), pattern + " of " + value);
    }
    assertTrue(fitting > 1000, "both answers are tried: " + fitting);
  }

  private static String of(Random random, String letters, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  // -- conditions ------------------------------------------------------------------------------

  /** Of three searches a, b, c that each look for their own letter. */
  private static Answer condition(String condition, String letters) throws Exception {
    return SigmaRule.parse(
            rule(
                condition,
                "sel_a: {CommandLine|contains: a}",
                "sel_b: {CommandLine|contains: b}",
                "_c: {CommandLine|contains: c}"))
        .on(Occurrence.of(Map.of("CommandLine", letters)));
  }

  @Test
  void conditionsBindNotBeforeAndBeforeOr() throws Exception {
    assertEquals(Answer.YES, condition("sel_a or sel_b and _c", "a"));
    assertEquals(Answer.NO, condition("(sel_a or sel_b) and _c", "a"));
    assertEquals(Answer.YES, condition("not sel_a or sel_b", "x"));
    assertEquals(Answer.NO, condition("not (sel_a or sel_b)", "b"));
    assertEquals(Answer.YES, condition("NOT sel_a AND sel_b", "b"));
    assertEquals(Answer.YES, condition("not not sel_a", "a"));
  }

  @Test
  void quantitiesGoOverNamesAndThemLeavesOutTheHidden() throws Exception {
    assertEquals(Answer.YES, condition("1 of sel_*", "b"));
    assertEquals(Answer.NO, condition("all of sel_*", "b"));
    assertEquals(Answer.YES, condition("all of them", "ab"));
    assertEquals(Answer.NO, condition("1 of them", "c"));
    assertEquals(Answer.YES, condition("1 of _*", "c"));
    assertEquals(Answer.YES, condition("any of sel_* and not 1 of _*", "b"));
    assertEquals(Answer.YES, condition("[sel_a, sel_b]", "b"), "a list is any of it");
  }

  /** A random condition over four searches, and what Java makes of it. */
  @Test
  void randomConditionsMeanWhatTheirLogicMeans() throws Exception {
    Random random = new Random(42);
    int yes = 0;
    for (int i = 0; i < 3000; i++) {
      boolean[] truth = new boolean[4];
      StringBuilder letters = new StringBuilder("x");
      List<String> searches = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        truth[k] = random.nextBoolean();
        letters.append(truth[k] ? (char) ('a' + k) : '-');
        searches.add("s" + k + ": {CommandLine|contains: '" + (char) ('a' + k) + "'}");
      }
      StringBuilder condition = new StringBuilder();
      boolean expected = grow(random, condition, truth, 4);
      SigmaRule rule = SigmaRule.parse(rule(condition.toString(), searches.toArray(String[]::new)));
      Answer answer = rule.on(Occurrence.of(Map.of("CommandLine", letters.toString())));
      assertEquals(expected ? Answer.YES : Answer.NO, answer, condition + " of " + letters);
      yes += expected ? 1 : 0;
    }
    assertTrue(yes > 500 && yes < 2500, "both answers are tried: " + yes);
  }

  private static boolean grow(Random random, StringBuilder out, boolean[] truth, int depth) {
    int kind = depth == 0 ? 0 : random.nextInt(4);
    if (kind == 0) {
      int which = random.nextInt(truth.length);
      out.append('s').append(which);
      return truth[which];
    }
    if (kind == 1) {
      out.append("not (");
      boolean inner = grow(random, out, truth, depth - 1);
      out.append(')');
      return !inner;
    }
    out.append('(');
    boolean left = grow(random, out, truth, depth - 1);
    out.append(kind == 2 ? " and " : " or ");
    boolean right = grow(random, out, truth, depth - 1);
    out.append(')');
    return kind == 2 ? left && right : left || right;
  }

  /**
   * To learn more never turns an answer round: what was said with fields missing is still so when
   * they are there.
   */
  @Test
  void anAnswerGivenWithFieldsMissingStaysWhenTheyAreKnown() throws Exception {
    Random random = new Random(3);
    String[] fields = {"Image", "CommandLine", "User", "ParentImage"};
    int decided = 0;
    for (int i = 0; i < 3000; i++) {
      List<String> searches = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        searches.add("s" + k + ": {" + fields[k] + ": y}");
      }
      StringBuilder condition = new StringBuilder();
      grow(random, condition, new boolean[4], 4);
      SigmaRule rule = SigmaRule.parse(rule(condition.toString(), searches.toArray(String[]::new)));
      Map<String, String> all = new HashMap<>();
      Map<String, String> some = new HashMap<>();
      for (String field : fields) {
        String value = random.nextBoolean() ? "y" : "n";
        all.put(field, value);
        if (random.nextBoolean()) {
          some.put(field, value);
        }
      }
      Answer early = rule.on(Occurrence.of(some));
      if (early != Answer.UNKNOWN) {
        decided++;
        assertEquals(early, rule.on(Occurrence.of(all)), condition + " " + some + " " + all);
      }
    }
    assertTrue(decided > 500, "answers are given: " + decided);
  }

  @Test
  void wordsAloneAreLookedForInEveryField() throws Exception {
    SigmaRule any = SigmaRule.parse(rule("k", "k: ['mimi', 'katz']"));
    assertEquals(Answer.YES, any.on(Occurrence.of(Map.of("Image", "/x/mimikatz"))));
    SigmaRule all = SigmaRule.parse(rule("k", "k: {'|all': ['mimi', ' -x ']}"));
    assertEquals(
        Answer.YES, all.on(Occurrence.of(Map.of("Image", "/x/mimi", "CommandLine", "mimi -x 1"))));
    assertEquals(Answer.UNKNOWN, all.on(Occurrence.of(Map.of("Image", "/x/mimi"))));
  }

  // -- what is refused -------------------------------------------------------------------------

  @Test
  void whatIsNotUnderstoodIsRefusedWithItsLineAndReason() {
    Map<String, Reason> rules = new HashMap<>();
    rules.put("a: [", Reason.NOT_YAML);
    rules.put("- a", Reason.NOT_YAML);
    rules.put("a: 1\n---\nb: 2", Reason.NOT_YAML);
    rules.put("title: t\ntitle: u", Reason.NOT_YAML);
    rules.put("title: t", Reason.MISSING);
    rules.put("logsource: x", Reason.WRONG_KIND);
    rules.put("logsource: {category: dns_query}", Reason.LOGSOURCE);
    rules.put("logsource: {category: file_event, product: macos}", Reason.PRODUCT);
    rules.put("logsource: {category: file_event, service: sysmon}", Reason.LOGSOURCE);
    rules.put(rule("s", "s: {CommandLine|expand: '%a%'}"), Reason.MODIFIER);
    rules.put(rule("s", "s: {CommandLine|hour: 3}"), Reason.MODIFIER);
    rules.put(rule("s", "s: {CommandLine|i: a}"), Reason.MODIFIER_USE);
    rules.put(rule("s", "s: {CommandLine|re|contains: a}"), Reason.MODIFIER_USE);
    rules.put(rule("s", "s: {CommandLine|exists: maybe}"), Reason.MODIFIER_USE);
    rules.put(rule("s", "s: {CommandLine|contains: null}"), Reason.MODIFIER_USE);
    rules.put(rule("s", "s: {CommandLine|base64: 'a*'}"), Reason.MODIFIER_USE);
    rules.put(rule("s", "s: {CommandLine|re: '('}"), Reason.REGEX);
    rules.put(rule("s", "s: {CommandLine|cidr: '10.0.0.0/33'}"), Reason.CIDR);
    rules.put(rule("s", "s: {CommandLine|gt: many}"), Reason.NUMBER);
    rules.put(rule("s and", "s: {CommandLine: a}"), Reason.CONDITION);
    rules.put(rule("s s", "s: {CommandLine: a}"), Reason.CONDITION);
    rules.put(rule("(s", "s: {CommandLine: a}"), Reason.CONDITION);
    rules.put(rule("2 of s*", "s: {CommandLine: a}"), Reason.CONDITION);
    rules.put(rule("s | count() > 5", "s: {CommandLine: a}"), Reason.AGGREGATION);
    rules.put(rule("t", "s: {CommandLine: a}"), Reason.IDENTIFIER);
    rules.put(rule("1 of t*", "s: {CommandLine: a}"), Reason.IDENTIFIER);
    rules.put(rule("s", "s: {IntegrityLevel: System}"), Reason.FIELDS);
    rules.put(rule("not ".repeat(40) + "s", "s: {CommandLine: a}"), Reason.TOO_LARGE);
    rules.forEach((rule, reason) -> assertEquals(reason, refused(rule).reason(), rule));
    assertEquals(5, refused(rule("s", "s: {CommandLine|odd: a}")).line());
  }

  @Test
  void aRuleCannotBeAHugeOneInDisguise() {
    String aliases =
        """
        title: t
        x: &a [a, a, a, a]
        b: [*a, *a, *a]
        c: &c [*a, *a, *a]
        logsource: {category: file_event}
        """;
    assertEquals(Reason.NOT_YAML, refused(aliases).reason());
    String many = "s: {CommandLine: [" + "a,".repeat(5000) + "a]}";
    assertEquals(Reason.TOO_LARGE, refused(rule("s", many)).reason());
  }
}
