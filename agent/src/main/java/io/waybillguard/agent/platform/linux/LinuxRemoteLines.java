package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.RemoteLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends remote logins by closing their TCP connection in the kernel. It is the one act that fits
 * every tool: sshd and xrdp have a process for each login, x11vnc and most remote-control programs
 * have one for all, and a signal to such a one would end what is not meant. The server sees its
 * client gone, logs the account off and hangs its terminal up (SIGHUP).
 *
 * <p>Where the kernel cannot close connections, the process that holds this one is ended, unless it
 * waits for others too; where a tool has no connection that is known, the process that serves it.
 *
 * <p>Limit: programs of the login that ignore SIGHUP (nohup, screen, tmux) go on running, and a
 * tool that its maker's servers tell to may connect anew.
 */
public final class LinuxRemoteLines implements RemoteLines {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxRemoteLines.class);

  /** How long a process may take to end by itself when it is asked to. */
  private static final int ASKED_MS = 3_000;

  private static final int KILLED_MS = 5_000;

  /** A process's start is told to a hundredth of a second, the record's to a millisecond. */
  private static final Duration START_FUZZ = Duration.ofSeconds(1);

  private final Path proc = Path.of("/proc");

  @Override
  public boolean holds(Line line) throws IOException {
    try (TcpCloser kernel = TcpCloser.open()) {
      return !find(kernel, line).isEmpty();
    }
  }

  private static List<InetDiag> find(TcpCloser kernel, Line line) throws IOException {
    return kernel.find(
        socket ->
            socket.localPort() == line.herePort()
                && socket.peerPort() == line.peerPort()
                && socket.local().equals(line.here())
                && socket.peer().equals(line.peer()));
  }

  @Override
  public Cut cut(Line line) throws IOException {
    try (TcpCloser kernel = TcpCloser.open()) {
      List<InetDiag> open = find(kernel, line);
      if (open.isEmpty()) {
        return Cut.ABSENT;
      }
      // Once: a second look could find a connection that was made since, on the same addresses.
      for (InetDiag socket : open) {
        int errno = kernel.close(socket);
        if (errno == Libc.EOPNOTSUPP) {
          return endHolder(kernel, line, socket);
        }
        if (errno != 0 && errno != Libc.ENOENT && errno != Libc.ESTALE) {
          throw Libc.failure("the kernel does not close the connection (SOCK_DESTROY)", errno);
        }
      }
      return Cut.CLOSED;
    }
  }

  private Cut endHolder(TcpCloser kernel, Line line, InetDiag socket) throws IOException {
    LOG.info("this kernel closes no connections; the process that holds it is ended");
    Map<Long, Long> holders = new SocketOwners(proc).find(Set.of(socket.inode()));
    Long pid = holders.get(socket.inode());
    if (pid == null) {
      throw new IOException("nobody is seen to hold the connection; run as root");
    }
    Optional<Pidfd> held = Pidfd.open(pid);
    if (held.isEmpty()) {
      return Cut.ABSENT;
    }
    try (Pidfd process = held.get()) {
      boolean isIts = new SocketOwners(proc).holds(pid, Set.of(socket.inode()));
      if (!isIts || find(kernel, line).isEmpty()) {
        return Cut.ABSENT;
      }
      if (new SocketOwners(proc).holds(pid, kernel.listening(line.herePort()))) {
        throw new IOException(
            "this kernel closes no connections, and the process "
                + pid
                + " that holds this one serves others too");
      }
      end(process, pid);
      return Cut.ENDED;
    }
  }

  @Override
  public boolean runs(Server server) throws IOException {
    Optional<Pidfd> held = Pidfd.open(server.pid());
    if (held.isEmpty()) {
      return false;
    }
    try (Pidfd process = held.get()) {
      return is(server) && !process.awaitEnd(0);
    }
  }

  @Override
  public Cut end(Server server) throws IOException {
    Optional<Pidfd> held = Pidfd.open(server.pid());
    if (held.isEmpty()) {
      return Cut.ABSENT;
    }
    try (Pidfd process = held.get()) {
      if (!is(server)) {
        return Cut.ABSENT;
      }
      end(process, server.pid());
      return Cut.ENDED;
    }
  }

  /** Asked while the process is held, so the number is its own or it has ended. */
  private boolean is(Server server) throws IOException {
    Path exe = proc.resolve(Long.toString(server.pid())).resolve("exe");
    String runs;
    try {
      runs = Files.readSymbolicLink(exe).toString();
    } catch (NoSuchFileException e) {
      return false; // it has ended
    }
    Optional<Instant> began =
        ProcessHandle.of(server.pid()).flatMap(process -> process.info().startInstant());
    return runs.equals(server.executable())
        && began.isPresent()
        && !began.get().isAfter(server.before().plus(START_FUZZ));
  }

  private static void end(Pidfd process, long pid) throws IOException {
    if (process.signal(Libc.SIGTERM)
        && !process.awaitEnd(ASKED_MS)
        && process.signal(Libc.SIGKILL)
        && !process.awaitEnd(KILLED_MS)) {
      throw new IOException("process " + pid + " does not end, though it was killed");
    }
  }
}
