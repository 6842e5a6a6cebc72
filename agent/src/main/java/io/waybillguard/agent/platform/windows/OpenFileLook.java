package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.memory.Recent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks which processes hold files of some folders open, when it is told to. It lives in a program
 * of its own, since a question about another's handle may never come back; {@link OpenFiles} kills
 * that program then. They speak by lines of UTF-8, words divided by tabs.
 *
 * <p>It hears {@code folder PATH}, {@code file PATH}, {@code skip PID HANDLE} (0 for all of that
 * process) and {@code look}. Of a look it says {@code at PID HANDLE} before each question, {@code
 * open PID r|w|rw PATH} for each file that matters, then {@code done HANDLES ASKED DENIED LEFT
 * MILLISECONDS}, the last of a processor, or {@code cannot WHY}. What a process writes matters also
 * elsewhere once it had one of the files open: it may pack them.
 *
 * <p>Bounded: {@link #MOST_ASKED} questions a look, in turn, and {@link #MOST_OF_ONE} to a process,
 * so that whoever opens thousands of files hides nobody behind them. A handle that was of no
 * interest is asked again only after {@link #ASKED_AGAIN} looks, since the kernel may give its
 * place to another; one of a process that had a file of the folders open is asked each time.
 */
public final class OpenFileLook {
  static final int MOST_ASKED = 4_096;
  static final int MOST_OF_ONE = 1_024;
  static final int ASKED_AGAIN = 10;

  private static final int MOST_READERS = 256;
  private static final int MOST_CUT = 64;

  /** The numbers of the idle process and of the system's own. */
  private static final Set<Long> SYSTEM = Set.of(0L, 4L);

  /** What is asked of the system. */
  interface Machine {
    /** A handle of this process that is a file's. */
    long ownFile();

    /**
     * The table of all handles, as {@link HandleTable} reads it.
     *
     * @throws IOException if the system does not tell
     */
    ByteBuffer handles() throws IOException;

    /** A process whose handles can be asked about; empty when it may not be, or has ended. */
    Optional<Holder> holder(long pid);
  }

  /** A process that holds files open. */
  interface Holder extends AutoCloseable {
    /** The path of the file behind a handle; "" when it is none that lies on a disk. */
    String file(long handle);

    @Override
    void close();
  }

  private record Skipped(long pid, long handle) {}

  private final Machine machine;
  private final long ourselves;
  private final Supplier<Duration> spent;
  private final Consumer<String> say;
  private final List<String> folders = new ArrayList<>();
  private final Set<String> followed = new HashSet<>();
  private final Set<Skipped> skipped = new HashSet<>();
  private final Map<Long, Boolean> readers = Recent.byUse(MOST_READERS);

  /** Handles that were of no interest, with the look at which they are asked again. */
  private Map<HandleTable.Entry, Integer> dull = new HashMap<>();

  /** Up to which handle a process was asked about that holds more than are asked in one look. */
  private final Map<Long, Long> cut = Recent.byUse(MOST_CUT);

  private OptionalInt type = OptionalInt.empty();
  private long lastPid;
  private int looks;

  /**
   * @param ourselves this process's number
   * @param spent the time on a processor that this process took so far
   * @param say takes each line
   */
  OpenFileLook(Machine machine, long ourselves, Supplier<Duration> spent, Consumer<String> say) {
    this.machine = machine;
    this.ourselves = ourselves;
    this.spent = spent;
    this.say = say;
  }

  /**
   * Hears and looks until there is no more to hear.
   *
   * @param say takes each line, and passes it on at once
   * @throws IOException if it cannot be heard any more
   */
  public static void serve(BufferedReader in, Consumer<String> say) throws IOException {
    ProcessHandle here = ProcessHandle.current();
    OpenFileLook look;
    try {
      look =
          new OpenFileLook(
              new OpenHandles(Libraries.HERE),
              here.pid(),
              () -> here.info().totalCpuDuration().orElse(Duration.ZERO),
              say);
    } catch (IOException | LinkageError e) {
      say.accept("cannot\t" + oneLine(String.valueOf(e.getMessage())));
      return;
    }
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      look.hear(line);
    }
  }

  /** Takes one line. */
  void hear(String line) {
    String[] words = line.split("\t", 3);
    switch (words[0]) {
      case "folder" -> folders.add(folded(words[1]) + '\\');
      case "file" -> followed.add(folded(words[1]));
      case "skip" -> skipped.add(new Skipped(Long.parseLong(words[1]), Long.parseLong(words[2])));
      case "look" -> {
        try {
          look();
        } catch (IOException e) {
          say.accept("cannot\t" + oneLine(String.valueOf(e.getMessage())));
        }
      }
      default -> say.accept("cannot\tunderstand " + oneLine(line));
    }
  }

  /** File names of Windows are the same in capitals. */
  private static String folded(String path) {
    return path.toLowerCase(Locale.ROOT);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private void look() throws IOException {
    Duration began = spent.get();
    HandleTable table = new HandleTable(machine.handles());
    if (type.isEmpty()) {
      type = table.typeOf(ourselves, machine.ownFile());
    }
    Map<Long, List<HandleTable.Entry>> byProcess = new LinkedHashMap<>();
    Map<HandleTable.Entry, Integer> stillDull = new HashMap<>();
    for (HandleTable.Entry one :
        table.asked(
            type.orElseThrow(
                () -> new IOException("this process's own file is not among the handles")))) {
      Integer until = readers.containsKey(one.pid()) ? null : dull.get(one);
      if (until != null && until > looks) {
        stillDull.put(one, until);
      } else if (!isSkipped(one)) {
        byProcess.computeIfAbsent(one.pid(), pid -> new ArrayList<>()).add(one);
      }
    }
    dull = stillDull;
    looks++;
    ask(byProcess, table.count(), began);
  }

  private boolean isSkipped(HandleTable.Entry one) {
    return one.pid() == ourselves
        || SYSTEM.contains(one.pid())
        || skipped.contains(new Skipped(one.pid(), 0))
        || skipped.contains(new Skipped(one.pid(), one.handle()));
  }

  /** In the processes' order, beginning after the one at which the last look ended. */
  private void ask(Map<Long, List<HandleTable.Entry>> byProcess, int handles, Duration began) {
    List<Long> order = new ArrayList<>(byProcess.keySet());
    order.sort(null);
    int first = 0;
    while (first < order.size() && order.get(first) <= lastPid) {
      first++;
    }
    int asked = 0;
    int denied = 0;
    int left = 0;
    boolean isFull = false;
    for (int i = 0; i < order.size(); i++) {
      long pid = order.get((first + i) % order.size());
      List<HandleTable.Entry> all = byProcess.getOrDefault(pid, List.of());
      List<HandleTable.Entry> turn = turn(pid, all);
      isFull = isFull || asked + turn.size() > MOST_ASKED;
      if (isFull) {
        left += all.size();
      } else {
        asked += turn.size();
        left += all.size() - turn.size();
        denied += ask(pid, turn) ? 0 : 1;
        lastPid = pid;
      }
    }
    long took = spent.get().minus(began).toMillis();
    say.accept("done\t" + handles + '\t' + asked + '\t' + denied + '\t' + left + '\t' + took);
  }

  /** Those of a process's that are asked about now: after the last that was, and round again. */
  private List<HandleTable.Entry> turn(long pid, List<HandleTable.Entry> all) {
    if (all.size() <= MOST_OF_ONE) {
      return all;
    }
    List<HandleTable.Entry> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingLong(HandleTable.Entry::handle));
    long last = cut.getOrDefault(pid, 0L);
    int from = 0;
    while (from < sorted.size() && sorted.get(from).handle() <= last) {
      from++;
    }
    Collections.rotate(sorted, -from);
    return sorted.subList(0, MOST_OF_ONE);
  }

  /** False when the process may not be asked. */
  private boolean ask(long pid, List<HandleTable.Entry> handles) {
    if (handles.size() == MOST_OF_ONE) {
      cut.put(pid, handles.get(MOST_OF_ONE - 1).handle());
    }
    Optional<Holder> found = machine.holder(pid);
    if (found.isEmpty()) {
      handles.forEach(this::bores);
      return false;
    }
    try (Holder holder = found.get()) {
      for (HandleTable.Entry one : handles) {
        say.accept("at\t" + pid + '\t' + one.handle());
        String path = holder.file(one.handle());
        boolean matters = matters(path);
        if (matters && one.reads()) {
          readers.put(pid, true);
        }
        if (matters || (!path.isEmpty() && one.writes() && readers.containsKey(pid))) {
          String how = (one.reads() ? "r" : "") + (one.writes() ? "w" : "");
          say.accept("open\t" + pid + '\t' + how + '\t' + oneLine(path));
        } else {
          bores(one);
        }
      }
    }
    return true;
  }

  private boolean matters(String path) {
    String folded = folded(path);
    return followed.contains(folded) || folders.stream().anyMatch(folded::startsWith);
  }

  /** Spread over the looks to come, and only where the kernel says which object it is. */
  private void bores(HandleTable.Entry one) {
    if (one.object() != 0) {
      dull.put(one, looks + 1 + (int) ((one.handle() >> 2) % ASKED_AGAIN));
    }
  }
}
