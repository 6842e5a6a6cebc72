package io.waybillguard.agent.platform;

import java.time.Instant;
import java.util.List;

/**
 * Everything at one moment that may show that somebody is at this PC from elsewhere. Facts only:
 * what follows from them is decided by who reads them.
 *
 * @param connections established connections to ports that somebody here listens to
 * @param processes those of the tools that were asked about, and their ancestors
 * @param logins what the login records say
 */
public record RemoteSigns(
    List<Connection> connections, List<ToolProcess> processes, List<Login> logins) {

  public RemoteSigns {
    connections = List.copyOf(connections);
    processes = List.copyOf(processes);
    logins = List.copyOf(logins);
  }

  /** An address and a port. */
  public record Endpoint(String address, int port) {}

  /**
   * Somebody connected to this machine.
   *
   * @param inode what tells it from any other until the machine starts anew: the kernel's number
   *     for the socket, which on Linux is 0 until a program accepts it, or the time at which it was
   *     made
   * @param owners the processes that hold it, as far as they may be asked
   * @param doors the processes of the tools that listen at the port that was connected to
   * @param loopback whether the peer is this machine itself
   * @param caller the process at the other end when the peer is this machine, or {@link
   *     ProcessFacts#UNKNOWN}
   */
  public record Connection(
      Endpoint here,
      Endpoint peer,
      long inode,
      List<Long> owners,
      List<Long> doors,
      boolean loopback,
      ProcessFacts caller) {
    public Connection {
      owners = List.copyOf(owners);
      doors = List.copyOf(doors);
    }

    /** Whether a program has taken it: before, nobody can say whose it is. */
    public boolean isAccepted() {
      return inode != 0;
    }
  }

  /**
   * A process of a tool.
   *
   * @param facts who it is
   * @param name its short name, as the system keeps it; see {@link RemoteAccess#isNamed}
   * @param commandLine its arguments or the title that it gave itself, with spaces between
   * @param began when it was started
   */
  public record ToolProcess(ProcessFacts facts, String name, String commandLine, Instant began) {}

  /**
   * A login that the system wrote down.
   *
   * @param source {@code logind}, {@code utmp} or {@code wts}
   * @param id the source's own name for it
   * @param account who
   * @param host where from, as written down; "" when it does not say
   * @param service through which service, such as {@code sshd}; "" when it does not say
   * @param pid the process that leads it, or 0
   * @param began when
   */
  public record Login(
      String source,
      String id,
      String account,
      String host,
      String service,
      long pid,
      Instant began) {}
}
