package io.waybillguard.agent.hunt.sigma;

import io.waybillguard.agent.hunt.sigma.SigmaException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a condition: {@code all of selection_* and not (filter or 1 of optional_*)}. From the
 * loosest: or, and, not, x of, brackets.
 */
final class ConditionReader {
  private static final Pattern WORD = Pattern.compile("\\s*([()|]|[A-Za-z0-9_*.-]+|\\S)");
  private static final int DEEPEST = 32;

  private final int line;
  private final Map<String, Question> defined;
  private final List<String> words = new ArrayList<>();
  private int at;
  private int depth;

  private ConditionReader(int line, String text, Map<String, Question> defined) {
    this.line = line;
    this.defined = defined;
    Matcher word = WORD.matcher(text.strip());
    while (word.find()) {
      words.add(word.group(1));
    }
  }

  static Question read(int line, String text, Map<String, Question> defined) throws SigmaException {
    ConditionReader reader = new ConditionReader(line, text, defined);
    Question read = reader.or();
    if (reader.at < reader.words.size()) {
      throw reader.unexpected();
    }
    return read;
  }

  private String next() {
    return at < words.size() ? words.get(at) : "";
  }

  private boolean takes(String word) {
    if (next().equalsIgnoreCase(word)) {
      at++;
      return true;
    }
    return false;
  }

  private SigmaException unexpected() {
    if (next().equals("|") || next().equalsIgnoreCase("near")) {
      return new SigmaException(
          line, Reason.AGGREGATION, String.join(" ", words.subList(at, words.size())));
    }
    String before = String.join(" ", words.subList(0, at));
    return new SigmaException(line, Reason.CONDITION, next().isEmpty() ? "…" : next(), before);
  }

  private Question or() throws SigmaException {
    List<Question> any = new ArrayList<>(List.of(and()));
    while (takes("or")) {
      any.add(and());
    }
    return any.size() == 1 ? any.get(0) : new Question.Any(any);
  }

  private Question and() throws SigmaException {
    List<Question> all = new ArrayList<>(List.of(not()));
    while (takes("and")) {
      all.add(not());
    }
    return all.size() == 1 ? all.get(0) : new Question.All(all);
  }

  private Question not() throws SigmaException {
    if (++depth > DEEPEST) {
      throw new SigmaException(line, Reason.TOO_LARGE, Integer.toString(DEEPEST));
    }
    Question read = takes("not") ? new Question.Not(not()) : one();
    depth--;
    return read;
  }

  private Question one() throws SigmaException {
    if (takes("(")) {
      Question inner = or();
      if (!takes(")")) {
        throw unexpected();
      }
      return inner;
    }
    boolean isQuantity = at + 1 < words.size() && words.get(at + 1).equalsIgnoreCase("of");
    if (isQuantity) {
      boolean all = next().equalsIgnoreCase("all");
      if (!all && !next().equals("1") && !next().equalsIgnoreCase("any")) {
        throw unexpected();
      }
      at += 2;
      List<Question> each = those(next());
      at++;
      return all ? new Question.All(each) : new Question.Any(each);
    }
    String name = next();
    boolean isKeyword =
        List.of("and", "or", "of", "").contains(name.toLowerCase(java.util.Locale.ROOT));
    if (isKeyword || !name.matches("[A-Za-z0-9_.-]+")) {
      throw unexpected();
    }
    Question named = defined.get(name);
    if (named == null) {
      throw new SigmaException(line, Reason.IDENTIFIER, name);
    }
    at++;
    return named;
  }

  private List<Question> those(String pattern) throws SigmaException {
    boolean them = pattern.equalsIgnoreCase("them");
    Pattern names =
        Pattern.compile(
            List.of(pattern.split("\\*", -1)).stream()
                .map(Pattern::quote)
                .collect(java.util.stream.Collectors.joining(".*")));
    List<Question> those = new ArrayList<>();
    defined.forEach(
        (name, question) -> {
          // What begins so is left out by convention, unless it is asked for by that.
          boolean hidden = name.startsWith("_") && !pattern.startsWith("_");
          if (!hidden && (them || names.matcher(name).matches())) {
            those.add(question);
          }
        });
    if (pattern.isEmpty()) {
      throw unexpected();
    }
    if (those.isEmpty()) {
      throw new SigmaException(line, Reason.IDENTIFIER, pattern);
    }
    return those;
  }
}
