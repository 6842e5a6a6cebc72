package io.waybillguard.hq.sweeps;

import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.hunt.search.PathGlob;
import io.waybillguard.agent.hunt.search.Search;
import io.waybillguard.agent.hunt.search.TextPattern;
import io.waybillguard.agent.hunt.search.UsbPattern;
import io.waybillguard.agent.hunt.sigma.SigmaException;
import io.waybillguard.agent.hunt.sigma.SigmaRule;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.store.Commands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

/**
 * A sweep as people write it, read strictly: what is not understood is refused with its line.
 *
 * @param search what is looked for
 * @param outlets codes of the outlets asked; empty for all
 * @param percent how many of their desks, 1 to 100
 * @param lasts how long desks may begin with it
 * @param every how often it is published again; absent for once
 */
public record SweepFile(
    Search search, List<String> outlets, int percent, Duration lasts, Optional<Every> every) {
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "title",
              "sha256",
              "path",
              "signer",
              "remote_tool",
              "autorun",
              "usb",
              "sigma",
              "outlet",
              "percent",
              "expires",
              "spread",
              "every"));

  private static final Duration USUAL = Duration.ofDays(14);
  private static final Duration LONGEST = Duration.ofDays(180);
  private static final Duration USUAL_SPREAD = Duration.ofMinutes(30);
  private static final Pattern SPAN = Pattern.compile("(0|[1-9][0-9]{0,5})([smhd])");

  public SweepFile {
    outlets = List.copyOf(outlets);
  }

  /** Fetches a rule file that a sweep names. */
  @FunctionalInterface
  public interface Rules {
    /**
     * @throws IOException if it cannot be read
     */
    byte[] read(String name) throws IOException;
  }

  /** The command's arguments. */
  public io.waybillguard.agent.event.Json.Obj args(String stage) {
    return new Stage(outlets, percent, stage).into(search.args());
  }

  /**
   * Reads a sweep.
   *
   * @param name the file as the person knows it
   * @param rules fetches the rule files that it names
   * @param now from which {@code expires} is counted
   * @throws FileRefused if anything in it is not understood
   */
  public static SweepFile read(byte[] content, String name, Rules rules, Instant now)
      throws FileRefused {
    return new Reading(name, rules, now).of(content);
  }

  /** One reading. */
  private static final class Reading {
    private final String name;
    private final Rules rules;
    private final Instant now;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private int top = 1;

    Reading(String name, Rules rules, Instant now) {
      this.name = name;
      this.rules = rules;
      this.now = now;
    }

    SweepFile of(byte[] content) throws FileRefused {
      for (NodeTuple each : mapping(content).getValue()) {
        String key = each.getKeyNode() instanceof ScalarNode text ? text.getValue() : "?";
        if (!KEYS.contains(key)) {
          throw refused(each.getKeyNode(), "sweep.unknown_key", key, String.join(", ", KEYS));
        }
        if (values.putIfAbsent(key, each.getValueNode()) != null) {
          throw refused(each.getKeyNode(), "sweep.twice", key);
        }
      }
      SweepFile read = new SweepFile(search(), outlets(), percent(), lasts(), every());
      int bytes = Commands.size(read.args("0".repeat(32)));
      if (bytes > Commands.MOST_ARGS) {
        throw new FileRefused(
            name, 0, "sweep.too_large", String.valueOf(bytes), String.valueOf(Commands.MOST_ARGS));
      }
      return read;
    }

    private MappingNode mapping(byte[] content) throws FileRefused {
      LoadSettings strict =
          LoadSettings.builder()
              .setAllowRecursiveKeys(false)
              .setMaxAliasesForCollections(0)
              .build();
      try {
        Node node =
            new Compose(strict)
                .composeString(new String(content, StandardCharsets.UTF_8))
                .orElse(null);
        if (node instanceof MappingNode mapping) {
          return mapping;
        }
        throw new FileRefused(name, 1, "sweep.not_yaml", "…");
      } catch (MarkedYamlEngineException e) {
        int line = e.getProblemMark().map(Mark::getLine).orElse(-1) + 1;
        throw new FileRefused(name, line, "sweep.not_yaml", String.valueOf(e.getProblem()));
      } catch (YamlEngineException e) {
        String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        throw new FileRefused(name, 0, "sweep.not_yaml", first);
      }
    }

    private FileRefused refused(@Nullable Node node, String key, String... details) {
      int line = node == null ? top : node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
      return new FileRefused(name, line, key, details);
    }

    private record Text(ScalarNode node) {
      String value() {
        return node.getValue();
      }
    }

    /** The texts of a list; one text alone is a list of it. */
    private List<Text> texts(String key) throws FileRefused {
      Node node = values.get(key);
      List<Text> texts = new ArrayList<>();
      if (node == null) {
        return texts;
      }
      for (Node each : node instanceof SequenceNode list ? list.getValue() : List.of(node)) {
        if (!(each instanceof ScalarNode text) || text.getValue().isBlank()) {
          throw refused(each, "sweep.list", key);
        }
        texts.add(new Text(text));
      }
      return texts;
    }

    private Optional<Text> text(String key) throws FileRefused {
      Node node = values.get(key);
      if (node == null) {
        return Optional.empty();
      }
      if (node instanceof ScalarNode text && !text.getValue().isBlank()) {
        return Optional.of(new Text(text));
      }
      throw refused(node, "sweep.text", key);
    }

    private Search search() throws FileRefused {
      Optional<Text> title = text("title");
      if (title.isEmpty()) {
        throw refused(null, "sweep.title_missing");
      }
      if (title.get().value().length() > Search.MOST_TITLE) {
        throw refused(
            title.get().node(),
            "sweep.title",
            String.valueOf(Search.MOST_TITLE),
            String.valueOf(title.get().value().length()));
      }
      List<String> hashes = new ArrayList<>();
      for (Text each : texts("sha256")) {
        String hash = each.value().toLowerCase(Locale.ROOT);
        if (!Search.isSha256(hash)) {
          throw refused(each.node(), "sweep.sha256", each.value());
        }
        hashes.add(hash);
      }
      List<PathGlob> paths = each("path", PathGlob::new);
      List<TextPattern> signers = each("signer", TextPattern::new);
      Map<String, List<String>> tools = tools();
      List<TextPattern> autoruns = each("autorun", TextPattern::new);
      List<UsbPattern> usb = each("usb", UsbPattern::new);
      Map<String, Search.Rule> sigma = sigma();
      int things = hashes.size() + paths.size() + signers.size() + tools.size();
      things += autoruns.size() + usb.size() + sigma.size();
      if (things == 0) {
        throw refused(null, "sweep.nothing");
      }
      if (things > Search.MOST_THINGS) {
        throw refused(
            null, "sweep.too_many", String.valueOf(things), String.valueOf(Search.MOST_THINGS));
      }
      return new Search(
          title.get().value(), hashes, paths, signers, tools, autoruns, usb, sigma, spread());
    }

    private <T> List<T> each(String key, Function<String, T> read) throws FileRefused {
      List<T> all = new ArrayList<>();
      for (Text text : texts(key)) {
        try {
          all.add(read.apply(text.value()));
        } catch (IllegalArgumentException e) {
          throw refused(text.node(), "sweep." + key, text.value());
        }
      }
      return all;
    }

    private Map<String, List<String>> tools() throws FileRefused {
      Map<String, List<String>> tools = new LinkedHashMap<>();
      List<RemoteToolsFile.Tool> known = RemoteToolsFile.all();
      for (Text text : texts("remote_tool")) {
        RemoteToolsFile.Tool tool =
            known.stream()
                .filter(t -> t.id().equals(text.value()))
                .findFirst()
                .orElseThrow(
                    () ->
                        refused(
                            text.node(),
                            "sweep.remote_tool",
                            text.value(),
                            String.join(
                                ", ", known.stream().map(RemoteToolsFile.Tool::id).toList())));
        tools.put(tool.id(), tool.programs());
      }
      return tools;
    }

    private Map<String, Search.Rule> sigma() throws FileRefused {
      Map<String, Search.Rule> all = new LinkedHashMap<>();
      for (Text each : texts("sigma")) {
        boolean here = each.value().contains("\n");
        String file = here ? name : each.value();
        // A rule written in place begins on the line below its bar.
        int line = here ? each.node().getStartMark().map(Mark::getLine).orElse(-1) + 2 : 1;
        String text = here ? each.value() : fetch(each);
        try {
          SigmaRule rule = SigmaRule.parse(text);
          String called = here ? rule.title() : each.value();
          all.put(called, new Search.Rule(text, rule));
        } catch (SigmaException e) {
          throw FileRefused.of(file, line, e);
        }
      }
      return all;
    }

    private String fetch(Text file) throws FileRefused {
      try {
        return new String(rules.read(file.value()), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw refused(
            file.node(), "sweep.sigma_file", file.value(), String.valueOf(e.getMessage()));
      }
    }

    private List<String> outlets() throws FileRefused {
      List<String> outlets = new ArrayList<>();
      for (Text each : texts("outlet")) {
        if (!each.value().matches("[\\p{L}\\p{N}._-]{1,64}")) {
          throw refused(each.node(), "sweep.outlet", each.value());
        }
        outlets.add(each.value());
      }
      return outlets;
    }

    private int percent() throws FileRefused {
      Optional<Text> text = text("percent");
      if (text.isEmpty()) {
        return Stage.ALL;
      }
      String value = text.get().value();
      if (!value.matches("[1-9][0-9]?|100")) {
        throw refused(text.get().node(), "sweep.percent", value);
      }
      return Integer.parseInt(value);
    }

    private Duration spread() throws FileRefused {
      Optional<Text> text = text("spread");
      if (text.isEmpty()) {
        return USUAL_SPREAD;
      }
      return span(text.get().value())
          .filter(s -> s.compareTo(Duration.ofDays(1)) <= 0)
          .orElseThrow(() -> refused(text.get().node(), "sweep.spread", text.get().value()));
    }

    private static Optional<Duration> span(String text) {
      Matcher parts = SPAN.matcher(text);
      if (!parts.matches()) {
        return Optional.empty();
      }
      long n = Long.parseLong(parts.group(1));
      return Optional.of(
          switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
          });
    }

    /** A span from now, a day (to its end, by HQ's zone), or a moment. */
    private Duration lasts() throws FileRefused {
      Optional<Text> text = text("expires");
      if (text.isEmpty()) {
        return USUAL;
      }
      String value = text.get().value();
      Optional<Duration> lasts =
          span(value).or(() -> moment(value).map(until -> Duration.between(now, until)));
      if (lasts.isEmpty()) {
        throw refused(text.get().node(), "sweep.expires", value);
      }
      if (lasts.get().isNegative() || lasts.get().isZero() || lasts.get().compareTo(LONGEST) > 0) {
        throw refused(text.get().node(), "sweep.expires_range", value);
      }
      return lasts.get();
    }

    private static Optional<Instant> moment(String text) {
      try {
        return Optional.of(
            text.length() == 10
                ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneId.systemDefault()).toInstant()
                : OffsetDateTime.parse(text).toInstant());
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }

    private Optional<Every> every() throws FileRefused {
      Optional<Text> text = text("every");
      if (text.isEmpty()) {
        return Optional.empty();
      }
      Optional<Every> every = Every.of(text.get().value());
      if (every.isEmpty()) {
        throw refused(text.get().node(), "sweep.every", text.get().value());
      }
      return every;
    }
  }
}
