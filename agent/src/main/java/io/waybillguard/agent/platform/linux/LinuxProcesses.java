package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes by {@code /proc}, and by memory: of ten short-lived readers four are gone before they
 * can be asked (measured), so what was learned when a program was started is kept.
 *
 * <p>Limit: a process that never runs a program of its own, only forks, is known while it lives; a
 * remembered number that was given to such a process later still names the old program. Numbers
 * come round after four million processes on a 64-bit system.
 *
 * <p>Safe for use by several threads: who reads files may have to name who sends, too.
 */
public final class LinuxProcesses implements Processes {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxProcesses.class);
  private static final int REMEMBERED = 8192;

  private final Path proc;
  private final Accounts accounts;
  private final Map<Long, ProcessFacts> memory = Recent.byUse(REMEMBERED);

  /** The processes of this machine. */
  public LinuxProcesses() {
    this(Path.of("/"));
  }

  /**
   * @param root where /proc and /etc are; another folder in tests
   */
  LinuxProcesses(Path root) {
    this.proc = root.resolve("proc");
    this.accounts = new Accounts(root.resolve("etc/passwd"));
  }

  @Override
  public synchronized ProcessFacts of(long pid) {
    if (pid == 0) {
      return ProcessFacts.UNKNOWN;
    }
    ProcessFacts known = memory.get(pid);
    if (known != null) {
      return known;
    }
    String executable = executable(pid);
    Status status = status(pid);
    ProcessFacts asked = new ProcessFacts(pid, executable, status.user(), status.parentPid());
    // The first of a container, and the kernel's own, have no program that can be named; nor has
    // one that ended and is not waited for yet, but others may know it.
    if (!executable.isEmpty() || status.lives()) {
      memory.put(pid, asked);
    }
    return asked;
  }

  @Override
  public Call call(long pid) {
    Path process = proc.resolve(Long.toString(pid));
    try {
      String line =
          new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
      return new Call(
          PathText.of(Files.readSymbolicLink(process.resolve("exe"))),
          List.of(line.split("\0")),
          PathText.of(Files.readSymbolicLink(process.resolve("cwd"))));
    } catch (IOException e) {
      LOG.trace("pid={} ended before it could be asked how it was called: {}", pid, e.toString());
      return Call.NONE;
    }
  }

  /** What can be asked at this moment, without what is remembered. */
  ProcessFacts now(long pid) {
    Status status = status(pid);
    return new ProcessFacts(pid, executable(pid), status.user(), status.parentPid());
  }

  /** Remembers that a process now runs this program, and who it is, while it can be asked. */
  synchronized ProcessFacts runs(long pid, Path executable) {
    Status status = status(pid);
    ProcessFacts facts =
        new ProcessFacts(pid, PathText.of(executable), status.user(), status.parentPid());
    memory.put(pid, facts);
    return facts;
  }

  /** Learns what runs already, so that whoever was there before us is known when it ends. */
  synchronized void learnAll() throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(
            proc, p -> p.getFileName().toString().chars().allMatch(Character::isDigit))) {
      for (Path process : all) {
        ProcessFacts unused = of(Long.parseLong(process.getFileName().toString()));
      }
    }
  }

  /** Ended, or a thread of the kernel: it has no program. That is what "" says. */
  private String executable(long pid) {
    try {
      return PathText.of(Files.readSymbolicLink(proc.resolve(Long.toString(pid)).resolve("exe")));
    } catch (IOException e) {
      LOG.trace("pid={} has no program to name: {}", pid, e.toString());
      return "";
    }
  }

  /**
   * @param lives whether it has not ended
   */
  private record Status(String user, long parentPid, boolean lives) {
    static final Status ENDED = new Status("", 0, false);
  }

  private Status status(long pid) {
    try {
      return parse(
          new String(
              Files.readAllBytes(proc.resolve(Long.toString(pid)).resolve("status")),
              StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      LOG.trace("pid={} ended before it could be asked: {}", pid, e.toString());
      return Status.ENDED;
    }
  }

  /**
   * Lines of {@code /proc/PID/status}, proc_pid_status(5): {@code Uid:} has the effective one
   * second, and {@code State:} is Z or X of a process that has ended.
   */
  private Status parse(String status) {
    String user = "";
    long parent = 0;
    boolean lives = true;
    for (String line : status.split("\n")) {
      if (line.startsWith("Uid:")) {
        String uid = line.split("\\s+")[2];
        user = accounts.name(uid).orElse(uid);
      } else if (line.startsWith("PPid:")) {
        parent = Long.parseLong(line.substring("PPid:".length()).strip());
      } else if (line.startsWith("State:")) {
        String state = line.substring("State:".length()).strip();
        lives = !state.startsWith("Z") && !state.startsWith("X");
      }
    }
    return new Status(user, parent, lives);
  }

  /**
   * Names of local accounts. The system's own look-up may ask a directory server and wait for it; a
   * sensor cannot.
   */
  private static final class Accounts {
    private final Path passwd;
    private Map<String, String> names = Map.of();
    private long readAt = Long.MIN_VALUE;

    Accounts(Path passwd) {
      this.passwd = passwd;
    }

    Optional<String> name(String uid) {
      try {
        long changed = Files.getLastModifiedTime(passwd).toMillis();
        if (changed != readAt) {
          names = read();
          readAt = changed;
        }
      } catch (IOException e) {
        LOG.debug("account names cannot be read, numbers stand for them: {}", e.toString());
      }
      return Optional.ofNullable(names.get(uid));
    }

    private Map<String, String> read() throws IOException {
      Map<String, String> read = new LinkedHashMap<>();
      String all = new String(Files.readAllBytes(passwd), StandardCharsets.UTF_8);
      for (String line : all.split("\n")) {
        String[] fields = line.split(":");
        if (fields.length > 2) {
          read.putIfAbsent(fields[2], fields[0]); // the first name of a number counts, as for ls
        }
      }
      return read;
    }
  }
}
