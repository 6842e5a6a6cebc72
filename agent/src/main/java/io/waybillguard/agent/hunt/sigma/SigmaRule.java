package io.waybillguard.agent.hunt.sigma;

import io.waybillguard.agent.hunt.sigma.FieldQuestion.Value;
import io.waybillguard.agent.hunt.sigma.SigmaException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A Sigma rule that can be put to occurrences. Immutable. */
public final class SigmaRule {
  /** Values in one rule; the longest public ones hold some hundreds. */
  private static final int MOST_VALUES = 4096;

  /** Aliases would let a short rule be a huge one. */
  private static final int MOST_ALIASES = 4;

  private final String title;
  private final String id;
  private final String level;
  private final Category category;
  private final String product;
  private final Question question;

  private SigmaRule(
      String title, String id, String level, Category category, String product, Question question) {
    this.title = title;
    this.id = id;
    this.level = level;
    this.category = category;
    this.product = product;
    this.question = question;
  }

  /**
   * Reads a rule.
   *
   * @throws SigmaException if it is none, asks for something that this cannot answer, or could
   *     never be found on any desk
   */
  public static SigmaRule parse(String yaml) throws SigmaException {
    Parts top = new Parts(top(yaml));
    Parts source = top.mapping("logsource");
    Category category = category(source);
    String product = source.text("product", "");
    if (!List.of("", "windows", "linux").contains(product)) {
      throw new SigmaException(source.line("product"), Reason.PRODUCT, product);
    }
    if (!source.text("service", "").isEmpty()) {
      throw new SigmaException(
          source.line("service"),
          Reason.LOGSOURCE,
          "service: " + source.text("service", ""),
          known());
    }
    Question question = new Detection(category).read(top.mapping("detection"));
    if (!question.can(Answer.YES, category.fields())) {
      Set<String> fields = new TreeSet<>(question.fields());
      fields.removeAll(category.fields());
      throw new SigmaException(
          top.line("detection"), Reason.FIELDS, String.join(", ", fields), known(category));
    }
    return new SigmaRule(
        top.text("title"), top.text("id", ""), top.text("level", ""), category, product, question);
  }

  private static String known() {
    return List.of(Category.values()).stream()
        .map(Category::word)
        .collect(java.util.stream.Collectors.joining(", "));
  }

  private static String known(Category category) {
    return String.join(", ", new TreeSet<>(category.fields()));
  }

  private static Category category(Parts source) throws SigmaException {
    String word = source.text("category", "");
    int line = source.line("category");
    return Category.of(word)
        .orElseThrow(
            () ->
                new SigmaException(
                    line, Reason.LOGSOURCE, word.isEmpty() ? "category" : word, known()));
  }

  /** What an occurrence says to this rule. The caller sees to it that it is of its category. */
  public Answer on(Occurrence it) {
    return question.on(it);
  }

  /** What it finds, in a few words. */
  public String title() {
    return title;
  }

  /** Its UUID, or "". */
  public String id() {
    return id;
  }

  /** {@code informational} to {@code critical}, or "". */
  public String level() {
    return level;
  }

  /** The kind of occurrence that it is about. */
  public Category category() {
    return category;
  }

  /** {@code windows}, {@code linux}, or "" for both. */
  public String product() {
    return product;
  }

  /** The fields it asks for that no desk tells; what they alone would find is not found. */
  public Set<String> untold() {
    Set<String> fields = new TreeSet<>(question.fields());
    fields.removeAll(category.fields());
    return fields;
  }

  // -- YAML ----------------------------------------------------------------------------------

  private static MappingNode top(String yaml) throws SigmaException {
    LoadSettings strict =
        LoadSettings.builder()
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(MOST_ALIASES)
            .build();
    try {
      Node top = new Compose(strict).composeString(yaml).orElse(null);
      if (top instanceof MappingNode mapping) {
        return mapping;
      }
      throw new SigmaException(1, Reason.NOT_YAML, "no mapping");
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(-1) + 1;
      throw new SigmaException(line, Reason.NOT_YAML, String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      throw new SigmaException(
          0, Reason.NOT_YAML, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }

  /** The entries of a mapping, by key. */
  private static final class Parts {
    private final MappingNode node;
    private final Map<String, Node> values = new LinkedHashMap<>();

    Parts(MappingNode node) throws SigmaException {
      this.node = node;
      for (NodeTuple each : node.getValue()) {
        String key = each.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?";
        if (values.putIfAbsent(key, each.getValueNode()) != null) {
          throw new SigmaException(
              SigmaRule.line(each.getKeyNode()), Reason.NOT_YAML, "duplicate key " + key);
        }
      }
    }

    int line(String key) {
      Node value = values.get(key);
      return SigmaRule.line(value == null ? node : value);
    }

    String text(String key) throws SigmaException {
      String text = text(key, "");
      if (text.isEmpty()) {
        throw new SigmaException(line(key), Reason.MISSING, key);
      }
      return text;
    }

    String text(String key, String otherwise) throws SigmaException {
      Node value = values.get(key);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof ScalarNode scalar) {
        return scalar.getValue();
      }
      throw new SigmaException(line(key), Reason.WRONG_KIND, key, "text");
    }

    Parts mapping(String key) throws SigmaException {
      Node value = values.get(key);
      if (value == null) {
        throw new SigmaException(line(key), Reason.MISSING, key);
      }
      if (value instanceof MappingNode mapping) {
        return new Parts(mapping);
      }
      throw new SigmaException(line(key), Reason.WRONG_KIND, key, "mapping");
    }
  }

  // -- the detection -------------------------------------------------------------------------

  /** Reads the searches of one rule and joins them as its condition says. */
  private static final class Detection {
    private final List<String> fields;
    private int values;

    Detection(Category category) {
      this.fields = category.fields().stream().sorted().toList();
    }

    Question read(Parts detection) throws SigmaException {
      Map<String, Question> defined = new LinkedHashMap<>();
      for (Map.Entry<String, Node> each : detection.values.entrySet()) {
        switch (each.getKey()) {
          case "condition" -> {}
          case "timeframe" ->
              throw new SigmaException(line(each.getValue()), Reason.AGGREGATION, "timeframe");
          default -> defined.put(each.getKey(), search(each.getKey(), each.getValue()));
        }
      }
      Node condition = detection.values.get("condition");
      if (condition == null) {
        throw new SigmaException(line(detection.node), Reason.MISSING, "condition");
      }
      List<Question> any = new ArrayList<>();
      for (Node each :
          condition instanceof SequenceNode list ? list.getValue() : List.of(condition)) {
        if (!(each instanceof ScalarNode text)) {
          throw new SigmaException(line(each), Reason.WRONG_KIND, "condition", "text");
        }
        any.add(ConditionReader.read(line(each), text.getValue(), defined));
      }
      if (any.isEmpty()) {
        throw new SigmaException(line(condition), Reason.MISSING, "condition");
      }
      return any.size() == 1 ? any.get(0) : new Question.Any(any);
    }

    private Question search(String name, Node node) throws SigmaException {
      if (node instanceof MappingNode mapping) {
        return all(name, mapping);
      }
      if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) {
        throw new SigmaException(line(node), Reason.WRONG_KIND, name, "mapping");
      }
      List<Question> any = new ArrayList<>();
      for (Node each : list.getValue()) {
        any.add(
            each instanceof MappingNode mapping
                ? all(name, mapping)
                : FieldQuestion.read(line(each), "", List.of(value(name, each)), fields));
      }
      return any.size() == 1 ? any.get(0) : new Question.Any(any);
    }

    private Question all(String name, MappingNode mapping) throws SigmaException {
      List<Question> all = new ArrayList<>();
      Parts parts = new Parts(mapping);
      for (Map.Entry<String, Node> each : parts.values.entrySet()) {
        all.add(
            FieldQuestion.read(
                line(each.getValue()),
                each.getKey(),
                list(each.getKey(), each.getValue()),
                fields));
      }
      if (all.isEmpty()) {
        throw new SigmaException(line(mapping), Reason.WRONG_KIND, name, "mapping");
      }
      return all.size() == 1 ? all.get(0) : new Question.All(all);
    }

    private List<Value> list(String key, @Nullable Node node) throws SigmaException {
      if (node instanceof SequenceNode list && !list.getValue().isEmpty()) {
        List<Value> read = new ArrayList<>();
        for (Node each : list.getValue()) {
          read.add(value(key, each));
        }
        return read;
      }
      return List.of(value(key, node));
    }

    private Value value(String key, @Nullable Node node) throws SigmaException {
      if (++values > MOST_VALUES) {
        throw new SigmaException(0, Reason.TOO_LARGE, Integer.toString(MOST_VALUES));
      }
      if (!(node instanceof ScalarNode scalar)) {
        throw new SigmaException(node == null ? 0 : line(node), Reason.WRONG_KIND, key, "text");
      }
      return new Value(
          line(scalar),
          scalar.getValue(),
          scalar.getTag().equals(Tag.NULL),
          scalar.getTag().equals(Tag.BOOL));
    }
  }
}
