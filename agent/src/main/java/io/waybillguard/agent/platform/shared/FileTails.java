package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * Logs followed by offset. A file is known by the system's own key for it (device and inode), so
 * one that was renamed is read to its end under its new name before the new one is begun; one that
 * has become shorter was emptied in place and is read from its beginning.
 *
 * <p>Limits: what is written between the last look and the moment in which a file is deleted or
 * compressed is lost, and said to be; where it is emptied in place, nobody can say whether anything
 * was. At most {@value #MOST_FILES} files are followed.
 */
public final class FileTails implements TextLogs {
  private static final Logger LOG = LoggerFactory.getLogger(FileTails.class);

  private static final int MOST_FILES = 256;

  /** Read of one file in one look, so that a large log delays nobody. */
  private static final int PIECE = 256 << 10;

  private final List<String> patterns;
  private final Homes homes;
  private final TailMemory memory;
  private final Map<Path, Tail> tails = new LinkedHashMap<>();

  /** Those of the patterns that were there at the last look. */
  private Set<Path> folders = Set.of();

  private static final class Tail {
    final String pattern;
    final String key;
    long offset;
    LineReader reader;

    Tail(String pattern, String key, long offset) {
      this.pattern = pattern;
      this.key = key;
      this.offset = offset;
      this.reader = new LineReader(LineReader.Form.UNKNOWN);
    }
  }

  /** The folders that {@code ~} stands for: asked at each look, since accounts come and go. */
  @FunctionalInterface
  public interface Homes {
    /**
     * Those that are there now.
     *
     * @throws IOException if that cannot be told
     */
    List<Path> list() throws IOException;
  }

  /**
   * @param patterns paths whose last part may have stars; {@code ~/} stands for every home
   * @param homes the folders that {@code ~} stands for
   * @param memory where it is kept how far they were read
   */
  public FileTails(List<String> patterns, Homes homes, Path memory) {
    this.patterns = List.copyOf(patterns);
    this.homes = homes;
    this.memory = new TailMemory(memory);
  }

  @Override
  public List<StateFile.Damage> open() throws IOException {
    tails.clear();
    Optional<List<TailMemory.Place>> kept = memory.read();
    for (TailMemory.Place place : kept.orElse(List.of())) {
      if (patterns.contains(place.pattern())) {
        tails.put(place.file(), new Tail(place.pattern(), place.key(), place.offset()));
      }
    }
    if (kept.isEmpty()) {
      for (Map.Entry<Path, String> found : files().entrySet()) {
        follow(found.getKey(), found.getValue(), true);
      }
    }
    return memory.damage().stream().toList();
  }

  @Override
  public Added look() {
    List<Line> lines = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    boolean more = false;
    Map<Path, String> files = files();
    for (Map.Entry<Path, Tail> each : List.copyOf(tails.entrySet())) {
      Path file = each.getKey();
      Tail tail = each.getValue();
      Optional<FileKey> now = FileKey.of(file).filter(key -> key.key().equals(tail.key));
      if (now.isEmpty()) {
        tails.remove(file);
        rest(file, tail, lines, lost);
      } else {
        if (now.get().size() < tail.offset) {
          LOG.info("log={} was emptied", file);
          tail.offset = 0;
          tail.reader = new LineReader(LineReader.Form.UNKNOWN);
        }
        more |= read(file, tail, now.get().size(), lines);
      }
    }
    for (Map.Entry<Path, String> found : files.entrySet()) {
      if (!tails.containsKey(found.getKey())) {
        Tail tail = follow(found.getKey(), found.getValue(), false);
        Optional<FileKey> now = FileKey.of(found.getKey());
        more |=
            tail != null && now.isPresent() && read(found.getKey(), tail, now.get().size(), lines);
      }
    }
    return new Added(lines, lost, more);
  }

  private @Nullable Tail follow(Path file, String pattern, boolean atEnd) {
    Optional<FileKey> now = FileKey.of(file);
    if (now.isEmpty() || tails.size() >= MOST_FILES) {
      return null;
    }
    String key = now.get().key();
    long size = now.get().size();
    if (tails.values().stream().anyMatch(tail -> tail.key.equals(key))) {
      return null; // the same file by another name
    }
    Tail tail = new Tail(pattern, key, 0);
    if (atEnd) {
      // From its beginning, so that its form is known; only what comes later is told.
      read(file, tail, Math.min(size, LineReader.MARK), new ArrayList<>());
      tail.reader.skip();
      tail.offset = size;
    }
    tails.put(file, tail);
    return tail;
  }

  /** What a file that was renamed or deleted still holds. */
  private void rest(Path file, Tail tail, List<Line> lines, List<String> lost) {
    Path now = FileKey.find(file.getParent(), tail.key);
    Optional<FileKey> facts = now == null ? Optional.empty() : FileKey.of(now);
    if (now == null || facts.isEmpty()) {
      lost.add(
          file + " was replaced; what it held beyond byte " + tail.offset + " could not be read");
      return;
    }
    while (read(now, tail, facts.get().size(), lines)) {
      LOG.debug("log={} was renamed to {} and is read to its end", file, now);
    }
  }

  /**
   * Reads one piece.
   *
   * @return whether there is more
   */
  private static boolean read(Path file, Tail tail, long size, List<Line> lines) {
    long wanted = Math.min(PIECE, size - tail.offset);
    if (wanted <= 0) {
      return false;
    }
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer piece = ByteBuffer.allocate((int) wanted);
      long at = tail.offset;
      while (piece.hasRemaining()) {
        int n = in.read(piece, at);
        if (n < 0) {
          break;
        }
        at += n;
      }
      if (at == tail.offset) {
        return false;
      }
      if (tail.offset == 0 || tail.reader.form() != LineReader.Form.UNKNOWN) {
        tail.reader.add(piece.flip());
      } else {
        // Begun in the middle by an earlier run: its form stands at its beginning.
        ByteBuffer mark = ByteBuffer.allocate(LineReader.MARK);
        in.read(mark, 0);
        tail.reader = new LineReader(LineReader.Form.of(mark.flip()));
        tail.reader.add(piece.flip());
      }
      tail.offset = at;
      for (String text : tail.reader.lines()) {
        lines.add(new Line(tail.pattern, file, text));
      }
      return tail.offset < size;
    } catch (IOException e) {
      LOG.debug("log={} cannot be read: {}", file, e.toString());
      return false;
    }
  }

  // -- which files -------------------------------------------------------------------------------

  private Map<Path, String> files() {
    Map<Path, String> files = new LinkedHashMap<>();
    Set<Path> there = new TreeSet<>();
    List<Path> all = homesNow();
    for (String pattern : patterns) {
      if (pattern.startsWith("~/")) {
        for (Path home : all) {
          find(home, pattern.substring(2), pattern, files, there);
        }
      } else {
        find(Path.of("/"), pattern, pattern, files, there);
      }
    }
    folders = there;
    return files;
  }

  private List<Path> homesNow() {
    try {
      return homes.list();
    } catch (IOException e) {
      LOG.debug("homes cannot be listed: {}", e.toString());
      return List.of();
    }
  }

  /** Stars are no part of a path on Windows: what has them is never made one. */
  private static void find(
      Path base, String path, String pattern, Map<Path, String> files, Set<Path> folders) {
    int end = path.lastIndexOf('/') + 1;
    String name = path.substring(end);
    try {
      Path folder = base.resolve(path.substring(0, end));
      if (!name.contains("*")) {
        Path file = folder.resolve(name); // on Windows a name may still be a path
        Path parent = file.getParent();
        if (parent != null && Files.isDirectory(parent)) {
          folders.add(parent);
        }
        if (Files.isRegularFile(file)) {
          files.put(file, pattern);
        }
      } else if (Files.isDirectory(folder)) {
        folders.add(folder);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, name)) {
          TreeSet<Path> found = new TreeSet<>();
          all.forEach(found::add);
          found.stream().filter(Files::isRegularFile).forEach(file -> files.put(file, pattern));
        }
      }
    } catch (IOException | DirectoryIteratorException | InvalidPathException e) {
      LOG.debug("path={} cannot be looked at: {}", path, e.toString());
    }
  }

  @Override
  public Set<Path> folders() {
    return folders;
  }

  // -- memory ------------------------------------------------------------------------------------

  @Override
  public void save() throws IOException {
    List<TailMemory.Place> places = new ArrayList<>();
    tails.forEach(
        (file, tail) ->
            places.add(
                new TailMemory.Place(
                    tail.offset - tail.reader.pending(), tail.key, tail.pattern, file)));
    memory.write(places);
  }
}
