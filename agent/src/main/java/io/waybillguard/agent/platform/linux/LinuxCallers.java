package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.Callers;
import io.waybillguard.agent.platform.RemoteSigns.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's table of connections tells whose socket the other end is (proc_pid_net(5)); the
 * control group of the process that holds it tells the login: systemd puts what a login starts into
 * {@code session-ID.scope}.
 *
 * <p>Limit: what the account's own service manager starts, as desktops do with browsers, is in no
 * login's scope; then only the account is known. Other accounts' processes are told to root only.
 */
public final class LinuxCallers implements Callers {
  private static final Pattern SCOPE = Pattern.compile("/session-([^/]+)\\.scope(/|$)");

  private final Path proc;

  /** The connections of this machine. */
  public LinuxCallers() {
    this(Path.of("/proc"));
  }

  /**
   * @param proc where the kernel tells of processes; another folder in tests
   */
  LinuxCallers(Path proc) {
    this.proc = proc;
  }

  @Override
  public Optional<Caller> of(InetSocketAddress theirs, InetSocketAddress ours) throws IOException {
    Endpoint local = new Endpoint(theirs.getAddress().getHostAddress(), theirs.getPort());
    Endpoint remote = new Endpoint(ours.getAddress().getHostAddress(), ours.getPort());
    for (String table : new String[] {"net/tcp", "net/tcp6"}) {
      Path file = proc.resolve(table);
      if (!Files.exists(file)) {
        continue; // a system without IPv6
      }
      for (TcpTable.Row row : TcpTable.parse(Files.readString(file))) {
        if (row.isEstablished() && row.local().equals(local) && row.remote().equals(remote)) {
          return Optional.of(new Caller(row.uid(), session(row.inode())));
        }
      }
    }
    return Optional.empty();
  }

  private String session(long inode) throws IOException {
    Long pid = new SocketOwners(proc).find(Set.of(inode)).get(inode);
    if (pid == null) {
      return "";
    }
    try {
      for (String line : Files.readAllLines(proc.resolve(pid + "/cgroup"))) {
        Matcher scope = SCOPE.matcher(line);
        if (scope.find()) {
          return scope.group(1);
        }
      }
      return "";
    } catch (NoSuchFileException e) {
      return ""; // it ended
    }
  }
}
