package io.waybillguard.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * {@code config/remote-tools.yaml} and {@code config/remote-tools-windows.yaml}, read strictly from
 * the jar: product data, not a setting. A key that is not understood, a missing one or a tool named
 * twice is refused with its line.
 */
public final class RemoteToolsFile {
  private static final String LINUX = "remote-tools.yaml";
  private static final String WINDOWS = "remote-tools-windows.yaml";
  private static final String FOLDER = "/waybill-guard/config/";

  /** By what a tool may be seen. */
  private static final Set<String> SIGNS = Set.of("connection", "title", "process");

  private RemoteToolsFile() {}

  /**
   * A way into this PC; what each value means is said at the head of the file.
   *
   * @param shared whether {@code screen} is {@code shared}
   */
  public record Tool(
      String id,
      String name,
      boolean shared,
      List<String> programs,
      List<Sign> signs,
      List<Log> logs,
      List<String> sources) {
    public Tool {
      programs = List.copyOf(programs);
      signs = List.copyOf(signs);
      logs = List.copyOf(logs);
      sources = List.copyOf(sources);
    }
  }

  /**
   * What shows that somebody is in.
   *
   * @param by {@code connection}, {@code title} or {@code process}
   * @param program a process name, or ""
   * @param argument a word of its command line, or what begins one when it ends in {@code =}; or ""
   * @param without words that its command line must not have
   * @param parent the name of the process that must have started it, or ""
   */
  public record Sign(
      String by, String program, String argument, List<String> without, String parent) {
    public Sign {
      without = List.copyOf(without);
    }
  }

  /**
   * Lines of a log.
   *
   * @param files paths with stars and {@code ~/}
   * @param line what is looked for in a line
   * @param says {@code start}, {@code end}, {@code peer} or {@code refused}
   */
  public record Log(List<String> files, Pattern line, String says) {
    public Log {
      files = List.copyOf(files);
    }
  }

  /** The tools of Linux that the jar carries. */
  public static List<Tool> linux() {
    return carried(LINUX);
  }

  /** The tools of Windows that the jar carries. */
  public static List<Tool> windows() {
    return carried(WINDOWS);
  }

  /** The tools of every system: where two have one id, they are one tool by several names. */
  public static List<Tool> all() {
    Map<String, Tool> all = new LinkedHashMap<>();
    linux().forEach(tool -> all.put(tool.id(), tool));
    windows().forEach(tool -> all.merge(tool.id(), tool, RemoteToolsFile::both));
    return List.copyOf(all.values());
  }

  private static Tool both(Tool one, Tool other) {
    return new Tool(
        one.id(),
        one.name(),
        one.shared(),
        both(one.programs(), other.programs()),
        both(one.signs(), other.signs()),
        both(one.logs(), other.logs()),
        both(one.sources(), other.sources()));
  }

  private static <T> List<T> both(List<T> one, List<T> other) {
    return Stream.concat(one.stream(), other.stream()).distinct().toList();
  }

  private static List<Tool> carried(String name) {
    try (InputStream in = RemoteToolsFile.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException(
            "the program carries no " + FOLDER + name + "; install it anew");
      }
      return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("the program's own " + name + " is damaged: " + e, e);
    }
  }

  /**
   * @param name for messages
   * @throws IOException if anything in it is not understood; names the line
   */
  static List<Tool> parse(String name, String yaml) throws IOException {
    try {
      Node top =
          new Compose(LoadSettings.builder().setLabel(name).build())
              .composeString(yaml)
              .orElseThrow(() -> new IOException(name + " is empty"));
      List<Tool> tools = new ArrayList<>();
      Set<String> ids = new HashSet<>();
      for (Node one : list(keys(top, Set.of("tools")).get("tools"), top, "tools")) {
        Tool tool = tool(one);
        if (!ids.add(tool.id())) {
          throw wrong(one, "the tool " + tool.id() + " is there twice");
        }
        tools.add(tool);
      }
      return tools;
    } catch (YamlEngineException e) {
      throw new IOException(name + " is not valid YAML: " + e.getMessage(), e);
    }
  }

  private static Tool tool(Node node) throws IOException {
    Map<String, Node> keys =
        keys(node, Set.of("id", "name", "screen", "programs", "signs", "logs", "sources"));
    String screen = text(keys, node, "screen");
    if (!screen.equals("own") && !screen.equals("shared")) {
      throw wrong(node, "screen is \"" + screen + "\"; it should be own or shared");
    }
    List<Sign> signs = new ArrayList<>();
    for (Node sign : list(keys.get("signs"), node, "signs")) {
      signs.add(sign(sign));
    }
    List<Log> logs = new ArrayList<>();
    if (keys.containsKey("logs")) {
      for (Node log : list(keys.get("logs"), node, "logs")) {
        logs(log, logs);
      }
    }
    return new Tool(
        text(keys, node, "id"),
        text(keys, node, "name"),
        screen.equals("shared"),
        texts(keys, node, "programs"),
        signs,
        logs,
        texts(keys, node, "sources"));
  }

  private static Sign sign(Node node) throws IOException {
    Map<String, Node> keys = keys(node, Set.of("by", "program", "argument", "without", "parent"));
    String by = text(keys, node, "by");
    if (!SIGNS.contains(by)) {
      throw wrong(node, "by is \"" + by + "\"; it should be connection, title or process");
    }
    String program = keys.containsKey("program") ? text(keys, node, "program") : "";
    if (by.equals("process") && program.isEmpty()) {
      throw wrong(node, "a sign by process names no program");
    }
    return new Sign(
        by,
        program,
        keys.containsKey("argument") ? text(keys, node, "argument") : "",
        keys.containsKey("without") ? texts(keys, node, "without") : List.of(),
        keys.containsKey("parent") ? text(keys, node, "parent") : "");
  }

  private static void logs(Node node, List<Log> logs) throws IOException {
    Map<String, Node> keys = keys(node, Set.of("files", "start", "end", "peer", "refused"));
    List<String> files = texts(keys, node, "files");
    if (keys.size() < 2) {
      throw wrong(node, "no line is named; it should be start, end, peer or refused");
    }
    for (String says : List.of("start", "end", "peer", "refused")) {
      if (keys.containsKey(says)) {
        String line = text(keys, node, says);
        try {
          logs.add(new Log(files, Pattern.compile(line), says));
        } catch (PatternSyntaxException e) {
          throw wrong(node, says + " is no regular expression: " + e.getDescription());
        }
      }
    }
  }

  private static Map<String, Node> keys(Node node, Set<String> known) throws IOException {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, "here should be keys " + known);
    }
    Map<String, Node> keys = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      String key = entry.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?";
      if (!known.contains(key)) {
        throw wrong(
            entry.getKeyNode(),
            key + " is no key here. Nearest: " + Nearest.to(key, List.copyOf(known)));
      }
      if (keys.put(key, entry.getValueNode()) != null) {
        throw wrong(entry.getKeyNode(), key + " is given twice");
      }
    }
    return keys;
  }

  private static String text(Map<String, Node> keys, Node in, String key) throws IOException {
    if (keys.get(key) instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw wrong(in, key + " is missing or no text");
  }

  private static List<String> texts(Map<String, Node> keys, Node in, String key)
      throws IOException {
    List<String> texts = new ArrayList<>();
    for (Node one : list(keys.get(key), in, key)) {
      if (!(one instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
        throw wrong(one, key + " holds something that is no text");
      }
      texts.add(scalar.getValue());
    }
    if (texts.isEmpty()) {
      throw wrong(in, key + " is empty");
    }
    return texts;
  }

  private static List<Node> list(@org.jspecify.annotations.Nullable Node node, Node in, String key)
      throws IOException {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw wrong(in, key + " is missing or no list");
  }

  private static IOException wrong(Node at, String what) {
    String where =
        at.getStartMark().map(mark -> mark.getName() + ":" + (mark.getLine() + 1)).orElse("?");
    return new IOException(where + ": " + what);
  }
}
