package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has files of some folders open, from looks that a program of ours takes ({@link
 * OpenFileLook}). That program is killed when a look takes longer than {@link #LIMIT}, and another
 * is started after a pause that doubles; the handle that it hung at is not asked about again, and
 * after {@link #MOST_HUNG} of them nothing of that process is. Each such change of what is seen is
 * told.
 *
 * <p>Limit: what is opened and closed between two looks is not seen.
 *
 * <p>Used by one thread, which never waits here.
 */
public final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /** Far more than a look takes, and the start of the program. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  /** Between two looks while one of the files is, or lately was, held open. */
  static final Duration SOON = Duration.ofMillis(250);

  /** Between two looks at other times. */
  static final Duration CALM = Duration.ofSeconds(1);

  /** Longer pauses than this are told. */
  static final Duration SLOW = Duration.ofSeconds(5);

  static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  static final int MOST_HUNG = 3;

  private static final Duration LIVELY = Duration.ofSeconds(15);

  /** How often an answer is looked for. */
  private static final Duration ANSWER = Duration.ofMillis(20);

  /** Of a core, one part in so many is what looking may take. */
  private static final int SHARE = 20;

  /** Good looks after which a failure is the first one again. */
  private static final int GOOD_AGAIN = 20;

  /** Looks in a row that did not get round. */
  private static final int GIVEN_UP = 10;

  private static final int MOST_WRITERS = 1_024;
  private static final int MOST_FOLLOWED = 4_096;
  private static final int MOST_SKIPPED = 1_024;

  /** Starts the program that looks. */
  @FunctionalInterface
  public interface Program {
    /**
     * @throws IOException if it cannot be started
     */
    Process start() throws IOException;
  }

  private record Held(long pid, String how, String path) {}

  private final Program program;
  private final List<Path> folders;
  private final Processes processes;
  private final long ourselves;
  private final InstantSource clock;
  private final Map<String, Boolean> followed = Recent.byArrival(MOST_FOLLOWED);
  private final List<String> unsent = new ArrayList<>();
  private final Map<Path, ProcessFacts> writers = Recent.byArrival(MOST_WRITERS);
  private final Map<String, Long> skips = Recent.byArrival(MOST_SKIPPED);
  private final Map<Long, Integer> hung = Recent.byArrival(MOST_SKIPPED);
  private final ByteArrayOutputStream half = new ByteArrayOutputStream();

  private @Nullable Process child;
  private @Nullable Instant asked;
  private Instant due = Instant.EPOCH;
  private Instant lastHeld = Instant.EPOCH;
  private Set<Held> before = Set.of();
  private Set<Held> now = new LinkedHashSet<>();
  private String question = "";
  private String trouble = "";
  private int failures;
  private int good;
  private int denied;
  private long lastCost;
  private int behind;
  private Duration pause = CALM;
  private boolean slow;

  /**
   * @param folders with all below them, by their real paths
   * @param processes knows who a process is
   * @param ourselves the agent's own process, of which nothing is told
   */
  OpenFiles(
      Program program,
      List<Path> folders,
      Processes processes,
      long ourselves,
      InstantSource clock) {
    this.program = program;
    this.folders = List.copyOf(folders);
    this.processes = processes;
    this.ourselves = ourselves;
    this.clock = clock;
  }

  /** Begins, or begins anew. */
  void open() {
    close();
    before = Set.of();
    trouble = "";
    failures = 0;
    denied = 0;
    behind = 0;
    lastCost = 0;
    due = Instant.EPOCH;
    try {
      start();
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()), clock.instant());
    }
  }

  /** What is seen, and what is not. */
  String detail() {
    if (!trouble.isEmpty()) {
      return "who reads files is not seen for now: " + trouble;
    }
    return "who reads, by looking at open files "
        + (slow ? "every " + pause.toSeconds() + " s, since a look takes long" : "every second")
        + ": what is opened and closed in between is missed"
        + (denied == 0 ? "" : "; " + denied + " processes may not be asked")
        + (behind < GIVEN_UP ? "" : "; too many files are open to ask about all in one look")
        + (hung.isEmpty() ? "" : "; not asked, since a question never came back: " + hungAt());
  }

  private List<String> hungAt() {
    return hung.keySet().stream().limit(5).map(pid -> named(pid)).toList();
  }

  private String named(long pid) {
    String path = processes.of(pid).executable();
    return "process " + pid + (path.isEmpty() ? "" : " (" + path + ")");
  }

  /** How long until {@link #look} has something to do. */
  Duration due() {
    Instant now = clock.instant();
    Instant next = asked == null || due.isAfter(now) ? due : now;
    Duration wait = Duration.between(now, next);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  /** From now on this file matters too, wherever it lies. */
  void follow(Path file) {
    if (followed.put(file.toString(), true) == null) {
      unsent.add("file\t" + file);
    }
  }

  /** Who was seen to have a file open for writing; nobody known when nobody was. */
  ProcessFacts writer(Path file) {
    return writers.getOrDefault(file, ProcessFacts.UNKNOWN);
  }

  /** Takes what there is of an answer, or asks for the next look. Never waits. */
  List<FileEvent> look() {
    Instant at = clock.instant();
    List<FileEvent> told = new ArrayList<>();
    if (asked == null && at.isBefore(due)) {
      return told;
    }
    try {
      Process running = child == null ? start() : child;
      if (asked == null) {
        send(running, unsent);
        unsent.clear();
        send(running, List.of("look"));
        asked = at;
      } else if (!hear(running, told, at)) {
        if (Duration.between(asked, at).compareTo(LIMIT) > 0) {
          throw new IOException(hung());
        }
        if (!running.isAlive() && running.getInputStream().available() == 0) {
          throw new IOException("the program that looks ended, status " + running.exitValue());
        }
      }
      due = asked == null ? at.plus(pause) : at.plus(ANSWER);
    } catch (IOException e) {
      told.add(failed(String.valueOf(e.getMessage()), at));
    }
    return told;
  }

  private Process start() throws IOException {
    Process started = program.start();
    child = started;
    List<String> lines = new ArrayList<>();
    folders.forEach(folder -> lines.add("folder\t" + folder));
    followed.keySet().forEach(file -> lines.add("file\t" + file));
    lines.add("skip\t" + ourselves + "\t0");
    // Numbers are given again to other processes.
    skips.values().removeIf(pid -> ProcessHandle.of(pid).isEmpty());
    hung.keySet().removeIf(pid -> ProcessHandle.of(pid).isEmpty());
    lines.addAll(skips.keySet());
    unsent.clear();
    send(started, lines);
    return started;
  }

  /** It waits for lines whenever it is not looking, so this does not block. */
  private static void send(Process to, List<String> lines) throws IOException {
    if (!lines.isEmpty()) {
      String all = String.join("\n", lines) + "\n";
      to.getOutputStream().write(all.getBytes(StandardCharsets.UTF_8));
      to.getOutputStream().flush();
    }
  }

  /** Whether the look is over. */
  private boolean hear(Process from, List<FileEvent> told, Instant at) throws IOException {
    InputStream in = from.getInputStream();
    for (byte each : in.readNBytes(in.available())) {
      if (each != '\n') {
        half.write(each);
      } else {
        String line = half.toString(StandardCharsets.UTF_8);
        half.reset();
        if (hear(line, told, at)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean hear(String line, List<FileEvent> told, Instant when) throws IOException {
    String[] words = line.split("\t", 4);
    switch (words[0]) {
      case "at" -> question = line.substring("at\t".length());
      case "open" -> held(new Held(Long.parseLong(words[1]), words[2], words[3]), told);
      case "done" -> {
        done(line.split("\t"), told, when);
        return true;
      }
      default -> throw new IOException("the program that looks says: " + line.replace('\t', ' '));
    }
    return false;
  }

  private void held(Held one, List<FileEvent> told) {
    if (!now.add(one) || before.contains(one)) {
      return; // by two handles, or still
    }
    try {
      Path file = Path.of(one.path());
      ProcessFacts by = processes.of(one.pid());
      if (one.how().contains("w")) {
        writers.put(file, by);
      }
      if (one.how().contains("r")) {
        told.add(new FileEvent.Read(file, by));
      }
    } catch (InvalidPathException e) {
      LOG.warn("pid={} holds open what is no path: {}", one.pid(), one.path());
    }
  }

  private void done(String[] words, List<FileEvent> told, Instant when) {
    LOG.debug("look at open files: handles={} asked={} ms={}", words[1], words[2], words[5]);
    lastHeld = now.isEmpty() ? lastHeld : when;
    before = now;
    now = new LinkedHashSet<>();
    asked = null;
    question = "";
    boolean lively = when.isBefore(lastHeld.plus(LIVELY));
    // The first looks of a program cost more, since Java begins; so the cheaper of two counts.
    long cost = Long.parseLong(words[5]);
    Duration fair = Duration.ofMillis(SHARE * Math.min(cost, lastCost));
    lastCost = cost;
    pause = lively ? SOON : CALM;
    pause = fair.compareTo(pause) > 0 ? fair : pause;
    String saidBefore = detail();
    slow = pause.compareTo(slow ? CALM : SLOW) > 0;
    denied = denied == 0 ? Integer.parseInt(words[3]) : denied;
    behind = words[4].equals("0") ? 0 : behind + 1;
    trouble = "";
    good++;
    if (good >= GOOD_AGAIN) {
      failures = 0;
    }
    if (!detail().equals(saidBefore)) {
      told.add(changed());
    }
  }

  /** The question that never came back is not asked again. Says what it was. */
  private String hung() {
    if (question.isEmpty()) {
      return "a look took more than " + LIMIT.toSeconds() + " s";
    }
    long pid = Long.parseLong(question.substring(0, question.indexOf('\t')));
    int times = hung.merge(pid, 1, Integer::sum);
    skips.put("skip\t" + (times < MOST_HUNG ? question : pid + "\t0"), pid);
    return "a question about " + named(pid) + " never came back";
  }

  private FileEvent failed(String why, Instant when) {
    LOG.warn("the program that looks at open files is started anew: {}", why);
    close();
    trouble = why;
    good = 0;
    lastCost = 0;
    Duration wait = CALM.multipliedBy(1L << Math.min(failures, 16));
    due = when.plus(wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE);
    failures++;
    return changed();
  }

  private FileEvent changed() {
    return new FileEvent.ViewChanged(new FileActivity.View(true, detail()));
  }

  /** Ends the program. What was open stays known, so it is not told again. */
  void close() {
    Process running = child;
    child = null;
    asked = null;
    question = "";
    half.reset();
    Set<Held> all = new HashSet<>(before);
    all.addAll(now);
    before = all;
    now = new LinkedHashSet<>();
    if (running != null) {
      running.destroyForcibly();
      try {
        running.getInputStream().close();
        running.getOutputStream().close();
      } catch (IOException e) {
        LOG.debug("pid={} left something unsaid: {}", running.pid(), e.toString());
      }
    }
  }
}
