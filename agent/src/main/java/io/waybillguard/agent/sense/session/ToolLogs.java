package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.RemoteSigns.Login;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.RemoteTool.Says;
import io.waybillguard.agent.platform.TextLogs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/**
 * What the logs of tools add up to: who is in, who came and went between two looks, and who was not
 * let in. Pure: the same lines give the same.
 */
final class ToolLogs {
  /** What {@link Login#source} is when a log tells of it. */
  static final String SOURCE = "log";

  /** A tool whose sessions never end in its log must not fill the memory. */
  private static final int MOST = 64;

  /**
   * Somebody who came and went.
   *
   * @param who as when he came
   * @param ended when he went
   */
  record Passed(Login who, Instant ended) {}

  /**
   * Somebody who was not let in.
   *
   * @param tool its id
   * @param peer where from, or ""
   */
  record Refused(String tool, String peer, Instant at) {}

  private final List<RemoteTool> tools;
  private final LogTime times;

  /** Those who are in, by tool and key. */
  private final Map<String, Login> in = Recent.byArrival(MOST);

  /** Where somebody comes from, by tool and key, until he is in. */
  private final Map<String, String> peers = Recent.byArrival(MOST);

  private final List<Passed> passed = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();

  /**
   * @param times how moments in lines are read
   */
  ToolLogs(List<RemoteTool> tools, LogTime times) {
    this.tools = List.copyOf(tools);
    this.times = times;
  }

  /** Every pattern of a file that a tool writes. */
  static List<String> files(List<RemoteTool> tools) {
    return tools.stream()
        .flatMap(tool -> tool.logs().stream())
        .flatMap(log -> log.files().stream())
        .distinct()
        .toList();
  }

  /**
   * Takes what was written since the last look.
   *
   * @param now when it is read; the time of a line without one
   */
  void take(List<TextLogs.Line> lines, Instant now) {
    passed.clear();
    refused.clear();
    List<Login> begun = new ArrayList<>();
    for (TextLogs.Line line : lines) {
      for (RemoteTool tool : tools) {
        for (RemoteTool.Log log : tool.logs()) {
          if (log.files().contains(line.pattern())) {
            Matcher found = log.line().matcher(line.text());
            if (found.find()) {
              take(tool, log.says(), found, times.in(line.text(), now), begun);
            }
          }
        }
      }
    }
  }

  private void take(RemoteTool tool, Says says, Matcher line, Instant at, List<Login> begun) {
    String key = tool.id() + " " + key(line);
    switch (says) {
      case PEER -> peers.put(key, address(group(line, "peer")));
      case REFUSED -> refused.add(new Refused(tool.id(), address(group(line, "peer")), at));
      case START -> {
        String visitor = group(line, "visitor");
        String from = address(group(line, "peer"));
        String peer = visitor.isEmpty() ? from : visitor + "@" + from;
        Login who =
            new Login(
                SOURCE,
                key + "@" + at.getEpochSecond(),
                group(line, "account"),
                peer.isEmpty() ? peers.getOrDefault(key, "") : peer,
                tool.id(),
                number(group(line, "pid")),
                at);
        in.put(key, who);
        begun.add(who);
      }
      case END -> {
        List<String> keys =
            !key(line).isEmpty()
                ? List.of(key)
                : in.keySet().stream().filter(k -> k.startsWith(tool.id() + " ")).toList();
        for (String each : keys) {
          Login who = in.remove(each);
          peers.remove(each);
          if (who != null && begun.contains(who)) {
            passed.add(new Passed(who, at.isBefore(who.began()) ? who.began() : at));
          }
        }
      }
    }
  }

  /** Those who are in. */
  List<Login> present() {
    return List.copyOf(in.values());
  }

  /** Those who came and went in what was taken last. */
  List<Passed> passed() {
    return List.copyOf(passed);
  }

  /** Those who were not let in, in what was taken last. */
  List<Refused> refused() {
    return List.copyOf(refused);
  }

  /** Where the one comes from who is at a tool's door or in by it; "" when its log does not say. */
  String peer(String tool) {
    String last = "";
    for (Map.Entry<String, String> each : peers.entrySet()) {
      last = each.getKey().startsWith(tool + " ") ? each.getValue() : last;
    }
    return last;
  }

  /** IPv4 in IPv6 clothes (RFC 4291 section 2.5.5.2) as what it is, and no brackets. */
  private static String address(String written) {
    String bare = written.replaceAll("^\\[|]$", "");
    return bare.startsWith("::ffff:") ? bare.substring(7) : bare;
  }

  /** What goes together: a key if the line names one, else the process that wrote it. */
  private static String key(Matcher line) {
    return hasGroup(line, "key") ? group(line, "key") : group(line, "pid");
  }

  private static boolean hasGroup(Matcher line, String name) {
    return line.pattern().pattern().contains("(?<" + name + ">");
  }

  private static String group(Matcher line, String name) {
    String value = hasGroup(line, name) ? line.group(name) : null;
    return value == null ? "" : value;
  }

  private static long number(String digits) {
    return digits.matches("[0-9]{1,9}") ? Long.parseLong(digits) : 0;
  }
}
