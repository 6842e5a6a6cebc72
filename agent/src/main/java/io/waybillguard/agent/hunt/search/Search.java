package io.waybillguard.agent.hunt.search;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.hunt.sigma.SigmaException;
import io.waybillguard.agent.hunt.sigma.SigmaRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What a desk is to look for: any of these. The arguments of a {@code hunt}.
 *
 * @param title what it is called, 1 to 200 characters
 * @param sha256 lower-case hex of contents
 * @param paths of files
 * @param signers who vouches for a program: its package, or on Windows who signed it
 * @param tools remote tools, by id, each with the file names of its programs
 * @param autoruns words in what starts by itself
 * @param usb passports of devices, or {@code vvvv:pppp[:serial]}
 * @param rules Sigma rules, by the name of their file
 * @param spread longest time a desk waits before it begins, so that not all begin at once
 */
public record Search(
    String title,
    List<String> sha256,
    List<PathGlob> paths,
    List<TextPattern> signers,
    Map<String, List<String>> tools,
    List<TextPattern> autoruns,
    List<UsbPattern> usb,
    Map<String, Rule> rules,
    Duration spread) {
  /** Characters in a title. */
  public static final int MOST_TITLE = 200;

  /** Things looked for in one hunt. */
  public static final int MOST_THINGS = 500;

  private static final Duration MOST_SPREAD = Duration.ofDays(1);
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * A Sigma rule as it travels.
   *
   * @param text the whole file: it names its authors
   * @param read what it means
   */
  public record Rule(String text, SigmaRule read) {}

  /**
   * @throws IllegalArgumentException if it looks for nothing or for too much
   */
  public Search {
    sha256 = List.copyOf(sha256);
    paths = List.copyOf(paths);
    signers = List.copyOf(signers);
    tools = Map.copyOf(tools);
    autoruns = List.copyOf(autoruns);
    usb = List.copyOf(usb);
    rules = Map.copyOf(rules);
    if (title.isBlank() || title.length() > MOST_TITLE) {
      throw new IllegalArgumentException(
          "\"title\" should have 1 to " + MOST_TITLE + " characters, not " + title.length());
    }
    int things = sha256.size() + paths.size() + signers.size() + tools.size();
    things += autoruns.size() + usb.size() + rules.size();
    if (things < 1 || things > MOST_THINGS) {
      throw new IllegalArgumentException(
          "a hunt looks for 1 to " + MOST_THINGS + " things, not " + things);
    }
    for (String each : sha256) {
      if (!isSha256(each)) {
        throw new IllegalArgumentException(each + " is no SHA-256: 64 of 0-9 and a-f");
      }
    }
    if (spread.isNegative() || spread.compareTo(MOST_SPREAD) > 0) {
      throw new IllegalArgumentException("\"spread\" should be 0s to 1d, not " + spread);
    }
  }

  /** Whether a text is a SHA-256 in the one spelling that records have. */
  public static boolean isSha256(String text) {
    return SHA256.matcher(text).matches();
  }

  /** The arguments of a command. */
  public Json.Obj args() {
    Json.Obj args = Json.object().put("title", title).put("spread", spread.toSeconds());
    put(args, "sha256", sha256);
    put(args, "path", paths.stream().map(PathGlob::written).toList());
    put(args, "signer", signers.stream().map(TextPattern::written).toList());
    put(args, "autorun", autoruns.stream().map(TextPattern::written).toList());
    put(args, "usb", usb.stream().map(UsbPattern::written).toList());
    put(
        args,
        "remote_tool",
        tools.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> Json.object().put("id", e.getKey()).put("programs", e.getValue()))
            .toList());
    put(
        args,
        "sigma",
        rules.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> Json.object().put("name", e.getKey()).put("text", e.getValue().text()))
            .toList());
    return args;
  }

  private static void put(Json.Obj args, String key, List<?> values) {
    if (!values.isEmpty()) {
      args.put(key, values);
    }
  }

  /**
   * What a command's arguments ask for.
   *
   * @throws IllegalArgumentException if they make no sense; the message says what
   */
  public static Search of(Json.Obj args) {
    try {
      Map<String, List<String>> tools = new LinkedHashMap<>();
      for (Json.Obj tool : args.objects("remote_tool")) {
        tools.put(tool.text("id"), tool.texts("programs"));
      }
      Map<String, Rule> rules = new LinkedHashMap<>();
      for (Json.Obj rule : args.objects("sigma")) {
        String text = rule.text("text");
        rules.put(rule.text("name"), new Rule(text, SigmaRule.parse(text)));
      }
      return new Search(
          args.text("title"),
          args.texts("sha256"),
          each(args.texts("path"), PathGlob::new),
          each(args.texts("signer"), TextPattern::new),
          tools,
          each(args.texts("autorun"), TextPattern::new),
          each(args.texts("usb"), UsbPattern::new),
          rules,
          Duration.ofSeconds(args.number("spread", 0)));
    } catch (JsonException | SigmaException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  private static <T> List<T> each(List<String> texts, Function<String, T> read) {
    List<T> all = new ArrayList<>();
    texts.forEach(text -> all.add(read.apply(text)));
    return all;
  }
}
