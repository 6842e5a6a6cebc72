package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import io.waybillguard.agent.platform.shared.FileKey;
import io.waybillguard.agent.platform.shared.TailMemory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a program of root's wrote into systemd's journal, as the lines that syslog would have made
 * of it. Who wrote an entry is what journald itself found out ({@code _COMM}, {@code _UID}); the
 * name that a program gives itself can be anybody's.
 */
public final class JournalLogs implements TextLogs {
  /** What a pattern for a program's entries begins with. */
  public static final String SCHEME = "journal:";

  private static final Logger LOG = LoggerFactory.getLogger(JournalLogs.class);
  private static final List<String> FIELDS = List.of("_COMM", "_UID", "_PID", "MESSAGE");

  /** Entries of one file read in one look. */
  private static final int PIECE = 2000;

  /** Below /run, in memory: a journal there goes with the boot that wrote it. */
  private final Path volatiles;

  private final List<Path> folders;
  private final Path bootId;
  private final List<String> programs;
  private final TailMemory memory;
  private final Map<Path, Tail> tails = new LinkedHashMap<>();

  private static final class Tail {
    final String key;
    long next;

    Tail(String key, long next) {
      this.key = key;
      this.next = next;
    }
  }

  /**
   * @param root where /var, /run and /proc are; another folder in tests
   * @param programs names of processes, each a pattern's part behind {@link #SCHEME}
   * @param memory where it is kept how far was read
   */
  public JournalLogs(Path root, List<String> programs, Path memory) {
    this.volatiles = root.resolve("run/log/journal");
    this.folders = List.of(root.resolve("var/log/journal"), volatiles);
    this.bootId = root.resolve("proc/sys/kernel/random/boot_id");
    this.programs = List.copyOf(programs);
    this.memory = new TailMemory(memory);
  }

  @Override
  public List<StateFile.Damage> open() throws IOException {
    tails.clear();
    Optional<List<TailMemory.Place>> kept = memory.read();
    if (kept.isPresent()) {
      for (TailMemory.Place place : kept.get()) {
        if (place.pattern().equals(pattern(place.file()))) {
          tails.put(place.file(), new Tail(place.key(), place.offset()));
        }
      }
      return List.of();
    }
    for (Path file : files()) {
      FileKey.of(file).ifPresent(key -> tails.put(file, atEnd(file, key)));
    }
    return memory.damage().stream().toList();
  }

  /**
   * What a place is kept under. One in memory is kept for its boot: that the next boot has another
   * journal is no loss of its last entries, which the machine's end took, as the log's gap tells.
   */
  private String pattern(Path file) throws IOException {
    return file.startsWith(volatiles) ? SCHEME + Files.readString(bootId).strip() : SCHEME;
  }

  /** One that cannot be read yet is read from its beginning when it can. */
  private static Tail atEnd(Path file, FileKey key) {
    Tail tail = new Tail(key.key(), 0);
    try (JournalFile journal = JournalFile.open(file)) {
      long at = journal.first();
      JournalFile.Part part;
      do {
        part = journal.read(at, List.of(), Integer.MAX_VALUE);
        at = part.next();
      } while (!part.entries().isEmpty());
      tail.next = at;
    } catch (IOException e) {
      LOG.warn("journal={} cannot be read: {}", file, e.getMessage());
    }
    return tail;
  }

  @Override
  public Added look() {
    List<Line> lines = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    boolean more = false;
    for (Map.Entry<Path, Tail> each : List.copyOf(tails.entrySet())) {
      Path file = each.getKey();
      Tail tail = each.getValue();
      if (FileKey.of(file).filter(now -> now.key().equals(tail.key)).isPresent()) {
        more |= read(file, tail, lines, lost);
        continue;
      }
      tails.remove(file);
      Path archived = FileKey.find(file.getParent(), tail.key);
      if (archived == null) {
        lost.add(file + " was replaced; its last entries could not be read");
      }
      while (archived != null && read(archived, tail, lines, lost)) {
        LOG.debug("journal={} was archived and is read to its end", archived);
      }
    }
    for (Path file : files()) {
      Optional<FileKey> key = FileKey.of(file);
      if (!tails.containsKey(file) && key.isPresent()) {
        Tail tail = new Tail(key.get().key(), 0);
        tails.put(file, tail);
        more |= read(file, tail, lines, lost);
      }
    }
    return new Added(lines, lost, more);
  }

  /**
   * @return whether there is more
   */
  private boolean read(Path file, Tail tail, List<Line> lines, List<String> lost) {
    try (JournalFile journal = JournalFile.open(file)) {
      long from = tail.next == 0 ? journal.first() : tail.next;
      JournalFile.Part part = journal.read(from, FIELDS, PIECE);
      tail.next = part.next();
      for (JournalFile.Entry entry : part.entries()) {
        Line line = line(file, entry);
        if (line != null) {
          lines.add(line);
        }
      }
      return part.entries().size() == PIECE;
    } catch (IOException e) {
      // Journald writes beside us, and sets files aside that it finds damaged.
      LOG.debug("journal={} cannot be read from byte {}: {}", file, tail.next, e.getMessage());
      if (tail.next != Long.MAX_VALUE && !(e instanceof java.io.EOFException)) {
        lost.add(e.getMessage() + "; what came after it in that file is not read");
        tail.next = Long.MAX_VALUE;
      }
      return false;
    }
  }

  private @Nullable Line line(Path file, JournalFile.Entry entry) {
    String program = entry.fields().getOrDefault("_COMM", "");
    String message = entry.fields().getOrDefault("MESSAGE", "");
    if (!programs.contains(program) || !"0".equals(entry.fields().get("_UID"))) {
      return null;
    }
    String pid = entry.fields().getOrDefault("_PID", "0");
    return new Line(
        SCHEME + program, file, entry.at() + " " + program + "[" + pid + "]: " + message);
  }

  /** {@code FOLDER/MACHINE-ID/system.journal}: those of users hold nothing of root's. */
  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
          for (Path machine : all) {
            if (Files.isRegularFile(machine.resolve("system.journal"))) {
              files.add(machine.resolve("system.journal"));
            }
          }
        } catch (IOException | DirectoryIteratorException e) {
          LOG.debug("folder={} cannot be listed: {}", folder, e.toString());
        }
      }
    }
    return files;
  }

  @Override
  public Set<Path> folders() {
    Set<Path> those = new TreeSet<>();
    tails.keySet().forEach(file -> those.add(file.getParent()));
    return those;
  }

  @Override
  public void save() throws IOException {
    List<TailMemory.Place> places = new ArrayList<>();
    for (Map.Entry<Path, Tail> each : tails.entrySet()) {
      Path file = each.getKey();
      Tail tail = each.getValue();
      places.add(new TailMemory.Place(tail.next, tail.key, pattern(file), file));
    }
    memory.write(places);
  }
}
