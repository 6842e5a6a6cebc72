package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSession.Confidence;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import io.waybillguard.agent.platform.RemoteSigns.Login;
import io.waybillguard.agent.platform.RemoteSigns.ToolProcess;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.RemoteTool.By;
import io.waybillguard.agent.platform.RemoteTool.Sign;
import io.waybillguard.agent.sense.Described;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What signs of one moment add up to. Pure: the same signs give the same sessions with the same
 * uids, so that a session that is seen in five ways is one, today and after a new start.
 */
final class RemoteLogins {
  /**
   * What sshd calls the process that serves somebody who is logged in: {@code sshd: courier@pts/0},
   * or {@code sshd: courier} when only a tunnel is asked for. While the password is still awaited
   * the title ends in {@code [priv]}, {@code [net]} or {@code [accepted]} (OpenSSH, sshd.c, auth2.c
   * and session.c).
   */
  private static final Pattern SSH_TITLE =
      Pattern.compile("sshd(?:-session)?: ([^\\s\\[\\]/]+?)(?:@[^@\\s\\[\\]]+)?");

  /**
   * A host name or an address, also with an account there before it; not ":0", "tmux(7).%0" or
   * "host:S.0", which are of this PC.
   */
  private static final Pattern HOST =
      Pattern.compile(
          "((?:[^@:]+@)?[\\w.-]+|[0-9a-fA-F:]+:[0-9a-fA-F:.]*(?:%[\\w.-]+)?)(?: .*)?",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final List<RemoteTool> tools;

  /** {@link RemoteAccess#isNamed}. */
  private final BiPredicate<String, String> names;

  /**
   * A session of one moment.
   *
   * @param records the uids of the login records that are about it: it had one of them before its
   *     connection was seen, or has it once that is gone
   */
  record Seen(RemoteSession session, List<String> records) {}

  /**
   * @param names whether a process's name is that of a program
   */
  RemoteLogins(List<RemoteTool> tools, BiPredicate<String, String> names) {
    this.tools = List.copyOf(tools);
    this.names = names;
  }

  /**
   * The sessions of this moment.
   *
   * @param peers where somebody comes from by a tool, as its log says, by the tool's id; ""
   * @param now what a session began at when nothing tells
   */
  List<Seen> in(RemoteSigns signs, UnaryOperator<String> peers, Instant now) {
    List<Draft> drafts = new ArrayList<>();
    for (RemoteTool tool : tools) {
      for (Connection connection : signs.connections()) {
        served(tool, connection, signs, now).ifPresent(drafts::add);
      }
      byProcess(tool, signs, drafts);
    }
    byLogin(signs, drafts);
    return drafts.stream()
        .map(draft -> new Seen(draft.finished(peers), List.copyOf(draft.records)))
        .toList();
  }

  /** A tool's name for people. */
  String name(String id) {
    return tool(id).map(RemoteTool::name).orElse(id);
  }

  /** What a log tells of somebody who came and went, as a session. */
  RemoteSession session(Login login) {
    return new Draft(login, host(login.host()), tool(login.service())).finished(id -> "");
  }

  private Optional<RemoteTool> tool(String id) {
    return tools.stream().filter(tool -> tool.id().equals(id)).findFirst();
  }

  // -- by connection -----------------------------------------------------------------------------

  private Optional<Draft> served(
      RemoteTool tool, Connection connection, RemoteSigns signs, Instant now) {
    List<ToolProcess> owners =
        signs.processes().stream()
            .filter(p -> connection.owners().contains(p.facts().pid()))
            .filter(p -> tool.programs().stream().anyMatch(name -> isNamed(p, name)))
            .toList();
    if (owners.isEmpty()) {
      return Optional.empty();
    }
    for (Sign sign : tool.signs()) {
      if (sign.by() == By.TITLE) {
        Optional<String> account =
            isForwarded(connection) ? Optional.empty() : accountInTitle(owners);
        if (account.isPresent()) {
          return Optional.of(new Draft(tool, connection, owners, account.get(), now, "title"));
        }
      } else if (sign.by() == By.CONNECTION) {
        if (sign.program().isEmpty()) {
          return Optional.of(
              new Draft(tool, connection, owners, owners.get(0).facts().user(), now, ""));
        }
        List<ToolProcess> helpers = meant(signs, sign);
        if (!helpers.isEmpty()) {
          return Optional.of(
              new Draft(tool, connection, owners, onlyAccount(helpers), now, "process"));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Whether who serves it listens at its port itself. A server that forks has a parent that
   * listens; what somebody who is in opens himself, as by {@code ssh -R}, lets programs of this PC
   * out.
   */
  private static boolean isForwarded(Connection connection) {
    return connection.owners().stream().anyMatch(connection.doors()::contains);
  }

  private static Optional<String> accountInTitle(List<ToolProcess> owners) {
    for (ToolProcess owner : owners) {
      Matcher title = SSH_TITLE.matcher(owner.commandLine());
      if (title.matches()) {
        return Optional.of(title.group(1));
      }
    }
    return Optional.empty();
  }

  /** Whose they are; "" when they are of several, since nothing tells which of them this is. */
  private static String onlyAccount(List<ToolProcess> processes) {
    List<String> accounts = processes.stream().map(p -> p.facts().user()).distinct().toList();
    return accounts.size() == 1 ? accounts.get(0) : "";
  }

  /** The processes that a sign is about. */
  private List<ToolProcess> meant(RemoteSigns signs, Sign sign) {
    return signs.processes().stream()
        .filter(process -> isNamed(process, sign.program()))
        .filter(process -> isStartedAs(process, sign))
        .filter(process -> isChild(process, sign.parent(), signs))
        .toList();
  }

  private static boolean isStartedAs(ToolProcess process, Sign sign) {
    List<String> words = List.of(process.commandLine().split("[ \"]+"));
    String argument = sign.argument();
    boolean has =
        argument.isEmpty()
            || (argument.endsWith("=")
                ? words.stream().anyMatch(word -> word.startsWith(argument))
                : words.contains(argument));
    boolean unknown = process.commandLine().isEmpty() && !sign.without().isEmpty();
    return has
        && !unknown
        && words.stream()
            .noneMatch(word -> sign.without().stream().anyMatch(no -> isWord(word, no)));
  }

  /** Also {@code --port=7} is the word {@code --port}. */
  private static boolean isWord(String written, String word) {
    return written.equals(word) || written.startsWith(word + "=");
  }

  private boolean isChild(ToolProcess process, String parent, RemoteSigns signs) {
    return parent.isEmpty()
        || signs.processes().stream()
            .anyMatch(
                other ->
                    other.facts().pid() == process.facts().parentPid() && isNamed(other, parent));
  }

  private boolean isNamed(ToolProcess process, String program) {
    return names.test(process.name(), program);
  }

  // -- by process --------------------------------------------------------------------------------

  private void byProcess(RemoteTool tool, RemoteSigns signs, List<Draft> drafts) {
    for (Sign sign : tool.signs()) {
      if (sign.by() != By.PROCESS) {
        continue;
      }
      for (ToolProcess process : meant(signs, sign)) {
        List<Draft> ofTool = drafts.stream().filter(d -> d.tool.equals(tool.id())).toList();
        if (ofTool.isEmpty()) {
          drafts.add(new Draft(tool, process));
        } else {
          ofTool.forEach(d -> d.alsoSeenBy("process"));
        }
      }
    }
  }

  // -- by login record ---------------------------------------------------------------------------

  private void byLogin(RemoteSigns signs, List<Draft> drafts) {
    Map<String, Draft> own = new LinkedHashMap<>();
    for (Login login : signs.logins()) {
      boolean logged = login.source().equals(ToolLogs.SOURCE);
      if (logged && !isServed(login, signs)) {
        continue;
      }
      String host = host(login.host());
      List<Draft> served = drafts.stream().filter(d -> d.isServedBy(login.pid())).toList();
      List<Draft> same =
          served.isEmpty() ? drafts.stream().filter(d -> d.isSameAs(login, host)).toList() : served;
      if (!same.isEmpty()) {
        same.forEach(d -> d.alsoSeenBy(login));
      } else if (logged || !host.isEmpty()) {
        Draft known = own.get(login.account() + "\n" + host);
        if (known == null) {
          own.put(login.account() + "\n" + host, new Draft(login, host, tool(login.service())));
        } else {
          known.alsoSeenBy(login);
        }
      }
    }
    drafts.addAll(own.values());
  }

  /**
   * Whether somebody of whom a log tells can still be in. A tool that was killed writes no end: its
   * process is gone.
   */
  private boolean isServed(Login login, RemoteSigns signs) {
    return signs.processes().stream()
        .anyMatch(
            p ->
                login.pid() != 0
                    ? p.facts().pid() == login.pid()
                    : tool(login.service()).stream()
                        .flatMap(tool -> tool.programs().stream())
                        .anyMatch(program -> isNamed(p, program)));
  }

  private static String host(String written) {
    Matcher host = HOST.matcher(written);
    return host.matches() ? host.group(1) : "";
  }

  /** A session while its signs are being gathered. */
  private static final class Draft {
    private final String tool;
    private final String uid;
    private final String name;
    private final String console;
    private final String account;
    private final @Nullable Connection connection;
    private final String host;
    private final ProcessFacts program;
    private final Instant began;
    private final List<String> signals = new ArrayList<>();
    private final List<String> records = new ArrayList<>();

    Draft(
        RemoteTool tool,
        Connection connection,
        List<ToolProcess> owners,
        String account,
        Instant now,
        String sign) {
      this.tool = tool.id();
      this.uid =
          "tcp-"
              + connection.inode()
              + "-"
              + connection.peer().port()
              + "-"
              + connection.here().port();
      this.name = tool.name();
      this.console = tool.shared() ? "shared" : "remote";
      this.account = account;
      this.connection = connection;
      this.host = connection.peer().address();
      this.program = owners.get(0).facts();
      this.began = now;
      signals.add("socket");
      if (!sign.isEmpty()) {
        signals.add(sign);
      }
    }

    Draft(RemoteTool tool, ToolProcess process) {
      this.tool = tool.id();
      this.uid = "process-" + tool.id() + "-" + process.facts().pid();
      this.name = tool.name();
      this.console = tool.shared() ? "shared" : "remote";
      this.account = process.facts().user();
      this.connection = null;
      this.host = "";
      this.program = process.facts();
      this.began = process.began();
      signals.add("process");
    }

    Draft(Login login, String host, Optional<RemoteTool> by) {
      this.tool = login.service().isEmpty() ? "login" : login.service();
      this.uid = uid(login);
      this.name = by.map(RemoteTool::name).orElse(this.tool);
      this.console = by.isPresent() && by.get().shared() ? "shared" : "remote";
      this.account = login.account();
      this.connection = null;
      this.host = host;
      this.program = ProcessFacts.UNKNOWN;
      this.began = login.began();
      signals.add(login.source());
    }

    private static String uid(Login login) {
      return login.source() + "-" + login.id();
    }

    boolean isServedBy(long pid) {
      return connection != null && connection.owners().contains(pid);
    }

    /**
     * Whether a login record that names no process of a connection is about this session: account
     * and peer are the same. xrdp's records do not name the peer.
     */
    boolean isSameAs(Login login, String from) {
      boolean ofItsLog = login.source().equals(ToolLogs.SOURCE) && login.service().equals(tool);
      return (ofItsLog && (from.isEmpty() || host.isEmpty() || from.equals(host)))
          || (!from.isEmpty() && from.equals(host) && login.account().equals(account))
          || (tool.equals("xrdp")
              && login.service().startsWith("xrdp")
              && login.account().equals(account));
    }

    void alsoSeenBy(Login login) {
      records.add(uid(login));
      alsoSeenBy(login.source());
    }

    void alsoSeenBy(String signal) {
      if (!signals.contains(signal)) {
        signals.add(signal);
      }
    }

    private String tunnel() {
      if (connection == null || !connection.loopback()) {
        return "";
      }
      String by = connection.caller().executable();
      return by.isEmpty() ? "?" : by;
    }

    RemoteSession finished(UnaryOperator<String> peers) {
      boolean loggedIn =
          signals.contains("title")
              || signals.contains("logind")
              || signals.contains("utmp")
              || signals.contains(ToolLogs.SOURCE);
      return new RemoteSession(
          uid,
          tool,
          name,
          account,
          host.isEmpty() ? peers.apply(tool) : host,
          connection == null ? 0 : connection.peer().port(),
          connection == null ? "" : connection.here().address(),
          connection == null ? 0 : connection.here().port(),
          console,
          tunnel(),
          loggedIn ? Confidence.HIGH : Confidence.MEDIUM,
          signals,
          program.pid() == 0 ? ProcessRef.UNKNOWN : Described.process(program),
          began);
    }
  }
}
