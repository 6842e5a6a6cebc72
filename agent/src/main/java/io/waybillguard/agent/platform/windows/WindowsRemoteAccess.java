package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteAccess;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.ToolProcess;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.shared.Bell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote desktops by the list of sessions: who is in by RDP, and the address that the client says
 * it has. Tools that are ways in by their processes, with what these were started with, and by the
 * system's table of connections.
 *
 * <p>Limits: a connection that comes and goes between two looks is not seen. Where the system lists
 * no sessions, remote desktops are not seen and the tools still are.
 */
public final class WindowsRemoteAccess implements RemoteAccess {
  /** What these logins are named by among the ways into a PC. */
  public static final String RDP = "rdp";

  private static final String SOURCE = "wts";
  private static final Logger LOG = LoggerFactory.getLogger(WindowsRemoteAccess.class);

  private final SystemEvents events;
  private final Set<String> programs;
  private final WindowsProcesses processes;
  private final WindowsSockets.Connections connections;
  private final Toolhelp toolhelp;
  private final CommandLines commandLines;
  private final Sessions sessions;
  private final Bell bell = new Bell();
  private Runnable deaf = () -> {};
  private boolean listsSessions = true;

  /** What does not change while a process runs, by its number and when it was started. */
  private final Map<Long, ToolProcess> known = new HashMap<>();

  /**
   * @param events rings when a session changes
   * @param programs names of the tools' processes
   * @param processes who the tools are, and who is at the other end of a connection within this
   *     machine
   */
  public WindowsRemoteAccess(
      SystemEvents events, Set<String> programs, WindowsProcesses processes) {
    this(Libraries.HERE, events, programs, processes);
  }

  WindowsRemoteAccess(
      Libraries libraries, SystemEvents events, Set<String> programs, WindowsProcesses processes) {
    this.connections = new IpHelper(libraries);
    this.toolhelp = new Toolhelp(libraries);
    this.commandLines = new CommandLines(libraries);
    this.sessions = new Sessions(libraries);
    this.events = events;
    this.programs = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    this.programs.addAll(programs);
    this.processes = processes;
  }

  @Override
  public String open() throws IOException {
    close();
    deaf =
        events.listen(
            event -> {
              if (event instanceof SystemEvent.SessionChanged) {
                bell.ring();
              }
            });
    boolean done = false;
    listsSessions = true;
    try {
      String unseen = "";
      try {
        List<RemoteSigns.Login> unused = desktops();
      } catch (IOException e) {
        listsSessions = false;
        unseen = "remote desktops (RDP) are not seen: " + e.getMessage();
      }
      RemoteSigns unused = look();
      done = true;
      return unseen;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public boolean isNamed(String name, String program) {
    return name.equalsIgnoreCase(program);
  }

  @Override
  public RemoteSigns look() throws IOException {
    List<ToolProcess> tools = tools();
    Set<Long> pids = tools.stream().map(tool -> tool.facts().pid()).collect(Collectors.toSet());
    return new RemoteSigns(
        pids.isEmpty() ? List.of() : ToolConnections.of(connections.list(), pids, processes),
        tools,
        listsSessions ? desktops() : List.of());
  }

  private List<ToolProcess> tools() throws IOException {
    List<ToolProcess> tools = new ArrayList<>();
    for (Toolhelp.Entry entry : toolhelp.processes()) {
      if (programs.contains(entry.name())) {
        tools.add(tool(entry));
      }
    }
    known.keySet().retainAll(tools.stream().map(tool -> tool.facts().pid()).toList());
    return tools;
  }

  /** Its words are read once, and again while they are not there: it may have just been made. */
  private ToolProcess tool(Toolhelp.Entry entry) {
    Instant began =
        ProcessHandle.of(entry.pid()).flatMap(p -> p.info().startInstant()).orElse(Instant.EPOCH);
    ToolProcess before = known.get(entry.pid());
    if (before != null && before.began().equals(began) && !before.commandLine().isEmpty()) {
      return before;
    }
    String words = commandLines.of(entry.pid());
    if (words.isEmpty()) {
      LOG.debug("pid={} name={} does not tell what it was started with", entry.pid(), entry.name());
    }
    ToolProcess tool =
        new ToolProcess(processes.learn(entry.pid(), entry.parent()), entry.name(), words, began);
    known.put(entry.pid(), tool);
    return tool;
  }

  private List<RemoteSigns.Login> desktops() throws IOException {
    boolean locksSwapped = sessions.areLocksSwapped();
    List<RemoteSigns.Login> logins = new ArrayList<>();
    for (Sessions.Row row : sessions.list()) {
      boolean isUsed = row.state() == SessionInfo.ACTIVE || row.state() == SessionInfo.SHADOW;
      if (isUsed && sessions.isByRdp(row.session())) {
        logins.add(
            login(
                row.session(),
                sessions.info(row.session(), locksSwapped),
                sessions.text(row.session(), Sessions.USER_NAME),
                sessions.clientAddress(row.session()),
                sessions.text(row.session(), Sessions.CLIENT_NAME)));
      }
    }
    return logins;
  }

  /**
   * Somebody in a session by RDP. A session is another login each time somebody connects to it.
   *
   * @param address as the client says, or ""
   * @param client its name as it says, or ""
   */
  static RemoteSigns.Login login(
      int session, Optional<SessionInfo> info, String user, String address, String client) {
    Instant began =
        info.flatMap(SessionInfo::connected)
            .or(() -> info.flatMap(SessionInfo::logon))
            .orElse(Instant.EPOCH);
    String host = !address.isEmpty() ? address : !client.isEmpty() ? client : "unknown";
    return new RemoteSigns.Login(
        SOURCE,
        session + "-" + began.getEpochSecond(),
        user,
        host,
        RDP,
        ProcessFacts.UNKNOWN.pid(),
        began);
  }

  /** Only of remote desktops does the system tell when somebody comes. */
  @Override
  public boolean watch(Collection<Path> logs) {
    return false;
  }

  @Override
  public boolean await(Duration least, Duration most) {
    bell.await(most);
    return false;
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {
    deaf.run();
    deaf = () -> {};
    known.clear();
  }
}
