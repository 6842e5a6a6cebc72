package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.Firewall.Program;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that are cut off: their processes are kept in control groups of our own, by which the
 * firewall knows their sockets.
 *
 * <p>Those that run are moved there, and their TCP connections closed, since a socket stays where
 * it was made. Those that start wait at their first step (FAN_OPEN_EXEC_PERM of fanotify(7), Linux
 * 5.0) until they are in: so none has a moment in which it can send. Only the start of that one
 * file waits, and not for ever: if we end, the kernel lets everybody go on.
 *
 * <p>Limits. A file is meant: a copy of it is another, while a new name changes nothing. A program
 * that an interpreter runs is blocked from its next start on. A UDP socket that was open before
 * goes on until it is closed. While the agent does not run, what starts is free.
 *
 * <p>Safe from any thread; {@link #watch} belongs to one.
 */
final class BlockedPrograms {
  private static final Logger LOG = LoggerFactory.getLogger(BlockedPrograms.class);

  /** Processes fork while they are counted; a bomb that forks faster is not waited for. */
  private static final int MOST_LOOKS = 20;

  private static final String GONE = " (deleted)";

  private final Path proc = Path.of("/proc");
  private final Map<String, Block> blocks = new LinkedHashMap<>();

  /** Where processes were before they were taken in. */
  private final Map<Long, String> before = new LinkedHashMap<>();

  private @Nullable Cgroups groups;
  private @Nullable FanotifyGroup gate;
  private @Nullable Waiter waiter;

  /**
   * A program.
   *
   * @param file its real path
   * @param mark which file it was when it was marked; null while there is none
   */
  private record Block(Path file, @Nullable Mark mark) {}

  /**
   * A file. Its number alone does not tell: a new file often has that of one that was removed.
   *
   * @param key its file system and number
   * @param changed when anything of it was changed last (st_ctime)
   */
  private record Mark(Object key, Object changed) {}

  /**
   * Gets ready for these programs: from now on whoever starts one of them is taken in.
   *
   * @return the number of the group of each, by the rule's id
   * @throws UnsupportedHere if this system cannot
   */
  synchronized Map<String, Long> prepare(List<Program> programs) throws IOException {
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (Program program : programs) {
      Path file = real(program.path());
      Mark mark = mark(file);
      numbers.put(program.id(), groups().make(program.id()));
      if (mark != null) {
        gate().markOne(FanotifyEvent.OPEN_EXEC_PERM, file);
      }
      blocks.put(program.id(), new Block(file, mark));
    }
    return numbers;
  }

  private static Path real(String path) throws IOException {
    Path file = Path.of(path);
    return Files.exists(file) ? file.toRealPath() : file;
  }

  private static @Nullable Mark mark(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? new Mark(key(file), Files.getAttribute(file, "unix:ctime"))
        : null;
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private Cgroups groups() throws IOException {
    Cgroups found = groups;
    if (found == null) {
      found = Cgroups.find();
      groups = found;
    }
    return found;
  }

  private synchronized FanotifyGroup gate() throws IOException {
    FanotifyGroup open = gate;
    if (open == null) {
      try {
        open = FanotifyGroup.open(FanotifyGroup.Mode.QUESTIONS);
      } catch (FanotifyMissing e) {
        throw new UnsupportedHere("no program can be blocked: " + e.getMessage(), e);
      }
      gate = open;
    }
    return open;
  }

  /** Whether whoever starts this program now is taken in: also one that was laid there since. */
  synchronized boolean isWatched(String id) throws IOException {
    Block block = blocks.get(id);
    if (block == null) {
      return false;
    }
    Mark now = mark(block.file());
    return now == null || now.equals(block.mark());
  }

  /** Takes in what runs already, and closes what it has open. After the firewall has its rule. */
  synchronized void takeIn() throws IOException {
    Set<Long> taken = new HashSet<>();
    boolean more = !blocks.isEmpty();
    for (int look = 0; more && look < MOST_LOOKS; look++) {
      more = false;
      for (long pid : running()) {
        Optional<String> id = programOf(pid);
        if (id.isPresent() && !groups().holds(id.get(), pid) && take(id.get(), pid)) {
          taken.add(pid);
          more = true;
        }
      }
    }
    if (!taken.isEmpty()) {
      close(taken);
    }
  }

  private List<Long> running() throws IOException {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      all.forEach(process -> pids.add(Long.parseLong(process.getFileName().toString())));
    }
    return pids;
  }

  /** The block that a process falls under, by the file that it runs. */
  private Optional<String> programOf(long pid) {
    String runs;
    try {
      runs = PathText.of(Files.readSymbolicLink(proc.resolve(Long.toString(pid)).resolve("exe")));
    } catch (IOException e) {
      return Optional.empty(); // it ended, or is one of the kernel's
    }
    String file = runs.endsWith(GONE) ? runs.substring(0, runs.length() - GONE.length()) : runs;
    return blocks.entrySet().stream()
        .filter(each -> PathText.of(each.getValue().file()).equals(file))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private boolean take(String id, long pid) throws IOException {
    Optional<String> was = groups().where(pid);
    boolean taken = was.isPresent() && groups().take(id, pid);
    if (taken) {
      before.putIfAbsent(pid, was.get());
    }
    return taken;
  }

  /** Closes the TCP connections of these processes; they were made before. */
  private void close(Set<Long> pids) throws IOException {
    try (TcpCloser kernel = TcpCloser.open()) {
      List<InetDiag> all = kernel.find(socket -> true);
      Set<Long> inodes = new HashSet<>();
      all.forEach(socket -> inodes.add(socket.inode()));
      SocketOwners owners = new SocketOwners(proc);
      Set<Long> theirs = new HashSet<>();
      pids.forEach(pid -> theirs.addAll(owners.held(pid, inodes)));
      for (InetDiag socket : all) {
        int errno = theirs.contains(socket.inode()) ? kernel.close(socket) : 0;
        if (errno != 0 && errno != Libc.ENOENT && errno != Libc.ESTALE) {
          throw Libc.failure("a connection of a blocked program is not closed", errno);
        }
      }
    }
  }

  /** The ids of the rules that programs are kept by. */
  synchronized Set<String> ids() {
    return Set.copyOf(blocks.keySet());
  }

  /**
   * Lets go of all programs but these, and puts their processes back where they were. One that was
   * taken in by an earlier run of the agent stays where it is, in a group that no rule asks for.
   */
  synchronized void keepOnly(Set<String> ids) throws IOException {
    for (Map.Entry<String, Block> each : Map.copyOf(blocks).entrySet()) {
      String id = each.getKey();
      Block gone = each.getValue();
      if (ids.contains(id)) {
        continue;
      }
      blocks.remove(id);
      boolean isMeantByAnother =
          blocks.values().stream().anyMatch(other -> other.file().equals(gone.file()));
      if (!isMeantByAnother) {
        gate().unmarkOne(FanotifyEvent.OPEN_EXEC_PERM, gone.file());
      }
      for (long pid : running()) {
        if (groups().holds(id, pid)) {
          String was = before.get(pid);
          boolean unused = was != null && groups().giveBack(pid, was);
        }
      }
      groups().remove(id);
    }
    before.keySet().removeIf(pid -> !Files.exists(proc.resolve(Long.toString(pid))));
  }

  /**
   * Waits until a blocked program starts, and takes it in.
   *
   * @return how many were taken in
   */
  int watch(Duration most) throws IOException {
    FanotifyGroup open = gate();
    Waiter waits = waiter;
    if (waits == null) {
      waits = new Waiter(List.of(open.fd()));
      waiter = waits;
    }
    if (!waits.await(most).events()) {
      return 0;
    }
    int seen = 0;
    for (FanotifyEvent asked : open.read()) {
      try {
        seen += starts(asked) ? 1 : 0;
      } finally {
        // Whatever happened: a start that nobody answers would hang for ever.
        open.allow(asked);
      }
    }
    return seen;
  }

  /** Whoever starts from now on does not wait for us, and is not taken in. */
  synchronized void unwatch() {
    if (waiter != null) {
      waiter.close();
      waiter = null;
    }
    if (gate != null) {
      gate.close(); // and with it all marks
      gate = null;
    }
    blocks.clear();
  }

  private synchronized boolean starts(FanotifyEvent asked) {
    if (asked.fd() < 0) {
      return false;
    }
    try {
      Object key = key(proc.resolve("self/fd/" + asked.fd()));
      for (Map.Entry<String, Block> each : blocks.entrySet()) {
        Mark mark = each.getValue().mark();
        if (mark != null && mark.key().equals(key)) {
          return take(each.getKey(), asked.pid());
        }
      }
    } catch (IOException e) {
      LOG.error("process {} starts a blocked program and was not cut off", asked.pid(), e);
    }
    return false;
  }
}
