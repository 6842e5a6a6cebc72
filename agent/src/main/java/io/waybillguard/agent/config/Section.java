package io.waybillguard.agent.config;

import io.waybillguard.agent.config.Expected.Kind;
import io.waybillguard.agent.config.Problem.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file while it is read. Each setting is asked for by name, which also makes the
 * name known; what was never asked for is an unknown key.
 *
 * <p>A value that is wrong is written down in the {@link Findings} and read as its default, so that
 * one reading finds everything.
 */
final class Section {
  // A DNS name (RFC 1035 section 2.3.1) in lower case: it becomes part of the log's origin, which
  // must have one spelling.
  private static final Pattern DOMAIN =
      Pattern.compile(
          "(?=.{1,100}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  // Of Linux, of a drive of Windows, or of another machine: two backslashes, its name, a share.
  private static final String ROOTED =
      "(?:/.|[A-Za-z]:[\\\\/].|\\\\\\\\[^\\\\/?.][^\\\\/]*\\\\[^\\\\/]).*";
  private static final Pattern ABSOLUTE = Pattern.compile(ROOTED);

  // What follows "sha256:" is a hash and nothing else: a typing error must not become a path.
  private static final Pattern PROGRAM =
      Pattern.compile("(?!.* sha256:(?![0-9a-f]{64}$))" + ROOTED);

  /** Names of packages: Debian Policy 5.6.7, and what rpm allows beside. */
  private static final Pattern ALLOWED =
      Pattern.compile("(?:sha256|signer):[0-9a-fA-F]{64}|package:[A-Za-z0-9][A-Za-z0-9+._-]*");

  /** What YAML reads as a text without quotes, inside brackets too. */
  private static final Pattern PLAIN = Pattern.compile("[/A-Za-z][^,\\[\\]{}#'\":\\s]*");

  private static final Pattern ANY = Pattern.compile("(?s).+");

  /** Something to see, and nothing that ends or turns a line. */
  private static final Pattern TITLE = Pattern.compile("[^\\p{Cc}\\p{Cf}]{1,100}");

  private static final Pattern DISPOSAL = Pattern.compile("end_session|block|usb|quarantine");

  private static final Pattern SEVERITY = Pattern.compile("low|medium|high|critical");

  /** Digits and what people put between and before them: ITU-T E.123. */
  private static final Pattern PHONE = Pattern.compile("(?:[+(]?[0-9][0-9 ()/.,;+#*-]{1,60})?");

  // Vendor and product as sysfs writes them, four hex digits each; a serial number has no blank in
  // all that we have seen, and a port is a path of numbers as in 1-2.3.
  private static final Pattern SCANNER =
      Pattern.compile(
          "(?:[0-9a-f]{4}:[0-9a-f]{4}(?: serial:[^\\s,]{1,126})?(?: port:[0-9]+-[0-9]+(\\.[0-9]+)*)?)?");

  private static final String TIME = "((?:[01][0-9]|2[0-3]):[0-5][0-9])";

  private static final Pattern HOURS = Pattern.compile(TIME + "-" + TIME);

  private final String prefix;
  private final Findings findings;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> notAskedFor = new HashMap<>();

  /**
   * @param prefix what keys of this section begin with: "" at the top, else such as {@code report.}
   * @param mapping the section in the file; null when the file has none
   */
  Section(String prefix, @Nullable MappingNode mapping, Findings findings) {
    this.prefix = prefix;
    this.findings = findings;
    if (mapping != null) {
      mapping.getValue().forEach(this::take);
    }
  }

  private void take(NodeTuple entry) {
    String key = entry.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?";
    int line = line(entry.getKeyNode());
    if (values.putIfAbsent(key, entry.getValueNode()) != null) {
      findings.add(line, Reason.DUPLICATE_KEY, prefix + key, found(entry.getValueNode()));
      return;
    }
    notAskedFor.put(key, entry.getKeyNode());
  }

  /** The section below this key; an empty one when the file leaves it out or leaves it empty. */
  Section section(String name) {
    Node node = ask(name);
    if (node instanceof MappingNode mapping) {
      return new Section(prefix + name + ".", mapping, findings);
    }
    // "report:" with every line below it commented out is a null, and a common way to say
    // "defaults".
    if (node != null && !node.getTag().equals(Tag.NULL)) {
      wrong(name, node, Reason.WRONG_TYPE, Expected.SECTION);
    }
    return new Section(prefix + name + ".", null, findings);
  }

  /** Whether the file names this key, be it with nothing below it. */
  boolean names(String name) {
    return values.containsKey(name);
  }

  int count(String name, int standard, int least, int most) {
    Expected expected = new Expected(Kind.COUNT, Integer.toString(least), Integer.toString(most));
    Node node = ask(name);
    int value = standard;
    if (node != null) {
      OptionalLong read =
          node.getTag().equals(Tag.INT) ? integer(found(node)) : OptionalLong.empty();
      if (read.isEmpty()) {
        wrong(name, node, Reason.WRONG_TYPE, expected);
      } else if (read.getAsLong() < least || read.getAsLong() > most) {
        wrong(name, node, Reason.OUT_OF_RANGE, expected);
      } else {
        value = (int) read.getAsLong();
      }
    }
    findings.known(prefix + name, Integer.toString(value), Integer.toString(standard), expected);
    return value;
  }

  private static OptionalLong integer(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      // YAML's own integers may be longer than any of ours; the sign tells which end they miss.
      return OptionalLong.of(text.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE);
    }
  }

  Duration time(String name, Duration standard, String least, String most) {
    return Duration.ofMillis(amount(name, Units.TIME, Kind.TIME, standard.toMillis(), least, most));
  }

  /** A size in bytes. */
  long size(String name, long standard, String least, String most) {
    return amount(name, Units.SIZE, Kind.SIZE, standard, least, most);
  }

  private long amount(
      String name, Units units, Kind kind, long standard, String least, String most) {
    Expected expected = new Expected(kind, least, most);
    Node node = ask(name);
    long value = standard;
    if (node != null) {
      OptionalLong read =
          node.getTag().equals(Tag.STR) ? units.read(found(node)) : OptionalLong.empty();
      if (node.getTag().equals(Tag.INT)) {
        wrong(name, node, Reason.MISSING_UNIT, expected);
      } else if (read.isEmpty()) {
        wrong(name, node, Reason.WRONG_TYPE, expected);
      } else if (read.getAsLong() < units.read(least).orElseThrow()
          || read.getAsLong() > units.read(most).orElseThrow()) {
        wrong(name, node, Reason.OUT_OF_RANGE, expected);
      } else {
        value = read.getAsLong();
      }
    }
    findings.known(prefix + name, units.write(value), units.write(standard), expected);
    return value;
  }

  /** On or off: {@code true} or {@code false}, and nothing else that YAML 1.1 took for it. */
  boolean flag(String name, boolean standard) {
    Node node = ask(name);
    boolean value = standard;
    if (node != null) {
      if (node.getTag().equals(Tag.BOOL)) {
        value = Boolean.parseBoolean(found(node));
      } else {
        wrong(name, node, Reason.WRONG_TYPE, Expected.SWITCH);
      }
    }
    findings.known(
        prefix + name, Boolean.toString(value), Boolean.toString(standard), Expected.SWITCH);
    return value;
  }

  String domain(String name, String standard) {
    return text(name, standard, Expected.DOMAIN, DOMAIN);
  }

  /** How much an incident must weigh. */
  String severity(String name, String standard) {
    return text(name, standard, Expected.SEVERITY, SEVERITY);
  }

  /** A telephone number, for people to read. */
  String phone(String name, String standard) {
    return text(name, standard, Expected.PHONE, PHONE);
  }

  /** A USB device by its ids. */
  String scanner(String name, String standard) {
    return text(name, standard, Expected.SCANNER, SCANNER);
  }

  /** What people call the whole of it: one line. */
  String title(String name) {
    return text(name, "", Expected.TITLE, TITLE);
  }

  /** One line. What YAML takes for a number is a text only where a telephone number may stand. */
  private String text(String name, String standard, Expected expected, Pattern form) {
    Node node = ask(name);
    String value = standard;
    if (node != null) {
      boolean isText =
          node.getTag().equals(Tag.STR)
              || (node.getTag().equals(Tag.INT) && expected.equals(Expected.PHONE));
      if (isText && form.matcher(found(node)).matches()) {
        value = found(node);
      } else {
        wrong(name, node, Reason.WRONG_TYPE, expected);
      }
    }
    findings.known(prefix + name, quotedIfEmpty(value), quotedIfEmpty(standard), expected);
    return value;
  }

  private static String quotedIfEmpty(String value) {
    return value.isEmpty() ? "''" : value;
  }

  /** A list of words. One word alone is no list: a forgotten bracket would hide the others. */
  List<String> words(String name, List<String> standard) {
    return list(name, standard, Expected.WORDS, ANY.asMatchPredicate());
  }

  /** Addresses, networks and host names of other computers. */
  List<String> peers(String name, List<String> standard) {
    return list(name, standard, Expected.PEERS, Section::isPeer);
  }

  /** A name, an address, or an address and how many of its bits count. */
  private static boolean isPeer(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return ANY.matcher(text).matches();
    }
    String address = text.substring(0, slash);
    String bits = text.substring(slash + 1);
    if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
        || !bits.matches("[0-9]{1,3}")) {
      return false;
    }
    try {
      int most = InetAddress.getByName(address).getAddress().length * 8; // digits: no look-up
      return Integer.parseInt(bits) <= most;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Absolute paths of folders, none twice. */
  List<String> folders(String name, List<String> standard) {
    return list(name, standard, Expected.FOLDERS, ABSOLUTE.asMatchPredicate());
  }

  /** Absolute paths of executables, each with a hash or without. */
  List<String> programs(String name, List<String> standard) {
    return list(name, standard, Expected.PROGRAMS, PROGRAM.asMatchPredicate());
  }

  /** Programs by hash, package or certificate. */
  List<String> allowed(String name, List<String> standard) {
    return list(name, standard, Expected.ALLOWED, ALLOWED.asMatchPredicate());
  }

  /** Kinds of disposal. */
  List<String> disposals(String name, List<String> standard) {
    return list(name, standard, Expected.DISPOSALS, DISPOSAL.asMatchPredicate());
  }

  private List<String> list(
      String name, List<String> standard, Expected expected, Predicate<String> allowed) {
    Node node = ask(name);
    List<String> value = standard;
    if (node != null) {
      Optional<List<String>> read = texts(node);
      if (read.isEmpty() || !read.get().stream().allMatch(allowed)) {
        wrong(name, node, Reason.WRONG_TYPE, expected);
      } else {
        value = read.get();
      }
    }
    findings.known(prefix + name, written(value), written(standard), expected);
    return value;
  }

  /** The texts of a list; empty when it is something else. */
  static Optional<List<String>> texts(Node node) {
    if (!(node instanceof SequenceNode list)) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (Node each : list.getValue()) {
      if (!(each instanceof ScalarNode text) || each.getTag().equals(Tag.NULL)) {
        return Optional.empty();
      }
      if (!texts.contains(text.getValue())) {
        texts.add(text.getValue());
      }
    }
    return Optional.of(List.copyOf(texts));
  }

  /** A list as it is written in the file. */
  private static String written(List<String> texts) {
    return texts.stream()
        .map(text -> PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "''") + "'")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** A part of the day: {@code 08:00-20:00}, or {@code any}. */
  Config.Hours hours(String name, Config.Hours standard) {
    return hours(name, standard, "any", Expected.HOURS);
  }

  /** A part of the day, or {@code none}, which is read as the whole of it. */
  Config.Hours quietHours(String name, Config.Hours standard) {
    return hours(name, standard, "none", Expected.QUIET);
  }

  private Config.Hours hours(
      String name, Config.Hours standard, String unlimited, Expected expected) {
    Node node = ask(name);
    Config.Hours value = standard;
    if (node != null) {
      Matcher hours = HOURS.matcher(found(node));
      if (found(node).equals(unlimited)) {
        value = Config.Hours.ANY;
      } else if (hours.matches()) {
        value = new Config.Hours(LocalTime.parse(hours.group(1)), LocalTime.parse(hours.group(2)));
      } else {
        wrong(name, node, Reason.WRONG_TYPE, expected);
      }
    }
    findings.known(
        prefix + name, written(value, unlimited), written(standard, unlimited), expected);
    return value;
  }

  private static String written(Config.Hours hours, String unlimited) {
    return hours.equals(Config.Hours.ANY) ? unlimited : hours.toString();
  }

  /** To be called when every setting has been asked for: what is left over is unknown. */
  void end() {
    notAskedFor.forEach(
        (key, node) -> {
          Node value = values.get(key);
          findings.add(
              line(node), Reason.UNKNOWN_KEY, prefix + key, value == null ? "" : found(value));
        });
  }

  private @Nullable Node ask(String name) {
    notAskedFor.remove(name);
    return values.get(name);
  }

  private void wrong(String name, Node node, Reason reason, Expected expected) {
    findings.add(line(node), reason, prefix + name, found(node), expected);
  }

  private static String found(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    return node instanceof SequenceNode list
        ? texts(list).map(Section::written).orElse("[…]")
        : "{…}";
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
