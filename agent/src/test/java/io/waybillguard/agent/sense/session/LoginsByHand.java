package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteAccess;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import io.waybillguard.agent.platform.RemoteSigns.Endpoint;
import io.waybillguard.agent.platform.RemoteSigns.Login;
import io.waybillguard.agent.platform.RemoteSigns.ToolProcess;
import io.waybillguard.agent.platform.shared.Bell;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Remote access that a test lays out by hand. */
final class LoginsByHand implements RemoteAccess {
  static final Instant BOOT = Instant.parse("2026-06-12T00:00:00Z");

  final List<Connection> connections = new ArrayList<>();
  final List<ToolProcess> processes = new ArrayList<>();
  final List<Login> logins = new ArrayList<>();
  private final Bell bell = new Bell();
  String unseen = "";

  /** Whether the system says when somebody may come in. If so, waits take no time. */
  boolean told;

  /** Whether it says so during the next wait. */
  boolean stirs;

  /** What the last wait was asked for, and what was watched. */
  Duration least = Duration.ZERO;

  Duration most = Duration.ZERO;
  Set<Path> watched = Set.of();

  /** As on Linux. */
  @Override
  public boolean isNamed(String name, String program) {
    return name.equals(program.substring(0, Math.min(15, program.length())));
  }

  void connect(String peer, int herePort, long owner) {
    connections.add(connection(peer, herePort, owner, ProcessFacts.UNKNOWN, false));
  }

  /**
   * A connection that is none of the tools'.
   *
   * @param inode 0 while nobody has accepted it
   */
  void connectToOthers(String peer, int herePort, long inode) {
    connections.add(
        new Connection(
            new Endpoint("192.0.2.4", herePort),
            new Endpoint(peer, 50_000),
            inode,
            List.of(),
            List.of(),
            false,
            ProcessFacts.UNKNOWN));
  }

  void connectFromHere(int herePort, long owner, String by) {
    connections.add(
        connection("127.0.0.1", herePort, owner, new ProcessFacts(77, by, "root", 1), true));
  }

  /** A program of this PC at a port that a process has open for somebody who is in. */
  void connectOut(int herePort, long owner) {
    Connection out = connection("127.0.0.1", herePort, owner, ProcessFacts.UNKNOWN, true);
    connections.add(
        new Connection(
            out.here(),
            out.peer(),
            out.inode() + connections.size(),
            out.owners(),
            out.owners(),
            true,
            out.caller()));
  }

  private static Connection connection(
      String peer, int herePort, long owner, ProcessFacts caller, boolean loopback) {
    return new Connection(
        new Endpoint("192.0.2.4", herePort),
        new Endpoint(peer, 50_000),
        owner * 10,
        List.of(owner),
        List.of(),
        loopback,
        caller);
  }

  void run(long pid, String name, String title, String account) {
    processes.removeIf(p -> p.facts().pid() == pid);
    processes.add(
        new ToolProcess(new ProcessFacts(pid, "/usr/bin/" + name, account, 1), name, title, BOOT));
  }

  /** As {@link #run}, started by another process. */
  void runFrom(long parent, long pid, String name, String title) {
    processes.removeIf(p -> p.facts().pid() == pid);
    ProcessFacts facts = new ProcessFacts(pid, "/usr/bin/" + name, "lin", parent);
    processes.add(new ToolProcess(facts, name, title, BOOT));
  }

  void login(String source, String account, String host, String service, long pid) {
    logins.add(new Login(source, source + pid, account, host, service, pid, BOOT));
  }

  void allGone() {
    connections.clear();
    processes.clear();
    logins.clear();
  }

  @Override
  public String open() {
    return unseen;
  }

  @Override
  public RemoteSigns look() {
    return new RemoteSigns(connections, processes, logins);
  }

  @Override
  public boolean watch(Collection<Path> logs) {
    watched = Set.copyOf(logs);
    return told;
  }

  @Override
  public boolean await(Duration atLeast, Duration atMost) {
    least = atLeast;
    most = atMost;
    if (!told) {
      bell.await(atMost);
      return false;
    }
    boolean stirred = stirs;
    stirs = false;
    return stirred;
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {}
}
