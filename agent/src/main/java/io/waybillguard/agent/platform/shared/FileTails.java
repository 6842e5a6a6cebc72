package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
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
  private final List<Path> homes;
  private final Path memory;
  private final Map<Path, Tail> tails = new LinkedHashMap<>();

  /** Whether files that are found now were there before anybody looked. */
  private boolean first;

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

  /**
   * @param patterns paths whose last part may have stars; {@code ~/} stands for every home
   * @param homes the folders that {@code ~} stands for
   * @param memory where it is kept how far they were read
   */
  public FileTails(List<String> patterns, List<Path> homes, Path memory) {
    this.patterns = List.copyOf(patterns);
    this.homes = List.copyOf(homes);
    this.memory = memory;
  }

  @Override
  public void open() throws IOException {
    tails.clear();
    first = !Files.exists(memory);
    if (!first) {
      for (String line : Files.readAllLines(memory)) {
        String[] part = line.split("\t", 4);
        if (part.length != 4 || !part[0].matches("[0-9]{1,18}")) {
          throw new IOException(
              memory
                  + " is damaged (\""
                  + line
                  + "\"); delete it: the logs of remote-login tools are then read from now on");
        }
        if (patterns.contains(part[2])) {
          tails.put(Path.of(part[3]), new Tail(part[2], part[1], Long.parseLong(part[0])));
        }
      }
    }
    if (first) {
      for (Map.Entry<Path, String> found : files().entrySet()) {
        follow(found.getKey(), found.getValue(), true);
      }
      first = false;
    }
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
      BasicFileAttributes now = attributes(file);
      if (now == null || !key(now).equals(tail.key)) {
        tails.remove(file);
        rest(file, tail, lines, lost);
      } else {
        if (now.size() < tail.offset) {
          LOG.info("log={} was emptied", file);
          tail.offset = 0;
          tail.reader = new LineReader(LineReader.Form.UNKNOWN);
        }
        more |= read(file, tail, now.size(), lines);
      }
    }
    for (Map.Entry<Path, String> found : files.entrySet()) {
      if (!tails.containsKey(found.getKey())) {
        Tail tail = follow(found.getKey(), found.getValue(), false);
        BasicFileAttributes now = attributes(found.getKey());
        more |= tail != null && now != null && read(found.getKey(), tail, now.size(), lines);
      }
    }
    return new Added(lines, lost, more);
  }

  private @org.jspecify.annotations.Nullable Tail follow(Path file, String pattern, boolean atEnd) {
    BasicFileAttributes now = attributes(file);
    if (now == null || tails.size() >= MOST_FILES) {
      return null;
    }
    String key = key(now);
    if (tails.values().stream().anyMatch(tail -> tail.key.equals(key))) {
      return null; // the same file by another name
    }
    Tail tail = new Tail(pattern, key, 0);
    if (atEnd) {
      // From its beginning, so that its form is known; only what comes later is told.
      read(file, tail, Math.min(now.size(), LineReader.MARK), new ArrayList<>());
      tail.reader.skip();
      tail.offset = now.size();
    }
    tails.put(file, tail);
    return tail;
  }

  /** What a file that was renamed or deleted still holds. */
  private void rest(Path file, Tail tail, List<Line> lines, List<String> lost) {
    Path now = renamed(file, tail.key);
    BasicFileAttributes facts = now == null ? null : attributes(now);
    if (now == null || facts == null) {
      lost.add(
          file + " was replaced; what it held beyond byte " + tail.offset + " could not be read");
      return;
    }
    while (read(now, tail, facts.size(), lines)) {
      LOG.debug("log={} was renamed to {} and is read to its end", file, now);
    }
  }

  private static @org.jspecify.annotations.Nullable Path renamed(Path file, String key) {
    Path folder = file.getParent();
    if (folder == null) {
      return null;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path one : all) {
        BasicFileAttributes facts = attributes(one);
        if (facts != null && key(facts).equals(key)) {
          return one;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("folder={} cannot be listed: {}", folder, e.toString());
    }
    return null;
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
    for (String pattern : patterns) {
      if (pattern.startsWith("~/")) {
        for (Path home : homes) {
          find(home.resolve(pattern.substring(2)), pattern, files);
        }
      } else {
        find(Path.of(pattern), pattern, files);
      }
    }
    return files;
  }

  private static void find(Path path, String pattern, Map<Path, String> files) {
    Path folder = path.getParent();
    String name = Objects.toString(path.getFileName(), "");
    if (!name.contains("*")) {
      if (Files.isRegularFile(path)) {
        files.put(path, pattern);
      }
    } else if (folder != null && Files.isDirectory(folder)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, name)) {
        TreeSet<Path> found = new TreeSet<>();
        all.forEach(found::add);
        found.stream().filter(Files::isRegularFile).forEach(file -> files.put(file, pattern));
      } catch (IOException | DirectoryIteratorException e) {
        LOG.debug("folder={} cannot be listed: {}", folder, e.toString());
      }
    }
  }

  private static @org.jspecify.annotations.Nullable BasicFileAttributes attributes(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      LOG.debug("log={} cannot be asked: {}", file, e.toString());
      return null;
    }
  }

  /** Device and inode where the system has them; else the time at which it was made. */
  private static String key(BasicFileAttributes facts) {
    Object key = facts.fileKey();
    return key == null ? "made " + facts.creationTime().toMillis() : key.toString();
  }

  // -- memory ------------------------------------------------------------------------------------

  @Override
  public void save() throws IOException {
    List<String> text = new ArrayList<>();
    tails.forEach(
        (file, tail) -> {
          // A path with a line break would be read as two; such a file is read from its beginning.
          if (!file.toString().contains("\n")) {
            long whole = tail.offset - tail.reader.pending();
            text.add(whole + "\t" + tail.key + "\t" + tail.pattern + "\t" + file);
          }
        });
    Path draft = memory.resolveSibling(memory.getFileName() + ".new");
    Files.write(draft, text, StandardCharsets.UTF_8);
    try (FileChannel written = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(draft, memory, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
