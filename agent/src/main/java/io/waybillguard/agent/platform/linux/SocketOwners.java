package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who holds a socket: the links of {@code /proc/PID/fd}, which read {@code socket:[INODE]}
 * (proc_pid_fd(5)). Other users' need CAP_SYS_PTRACE.
 */
final class SocketOwners {
  private static final Logger LOG = LoggerFactory.getLogger(SocketOwners.class);
  private static final String START = "socket:[";

  private final Path proc;

  SocketOwners(Path proc) {
    this.proc = proc;
  }

  /**
   * Looks for the holders of some sockets. One that several processes hold is the oldest's: it made
   * the others.
   *
   * @return process ids by inode; those that nobody holds are missing
   */
  Map<Long, Long> find(Set<Long> inodes) throws IOException {
    Map<Long, Long> found = new HashMap<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(
            proc, p -> p.getFileName().toString().chars().allMatch(Character::isDigit))) {
      for (Path process : all) {
        lookInto(process, inodes, found);
        if (found.size() == inodes.size()) {
          break;
        }
      }
    }
    return found;
  }

  /** Whether a process holds one of these sockets. */
  boolean holds(long pid, Set<Long> inodes) {
    return !held(pid, inodes).isEmpty();
  }

  /** Which of these sockets a process holds. */
  Set<Long> held(long pid, Set<Long> inodes) {
    Map<Long, Long> found = new HashMap<>();
    lookInto(proc.resolve(Long.toString(pid)), inodes, found);
    return found.keySet();
  }

  private static void lookInto(Path process, Set<Long> inodes, Map<Long, Long> found) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path fd : open) {
        String target = Files.readSymbolicLink(fd).toString();
        if (target.startsWith(START)) {
          long inode = Long.parseLong(target.substring(START.length(), target.length() - 1));
          if (inodes.contains(inode)) {
            found.putIfAbsent(inode, Long.parseLong(process.getFileName().toString()));
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Ended, or somebody else's. Who is not found is told as unknown.
      LOG.trace("process={} cannot be looked into: {}", process, e.toString());
    }
  }
}
