package io.waybillguard.hq.store;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.Hash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Everything that an HQ with the embedded database keeps, in a folder beside it: a copy of the
 * database as of one moment, then the files that its rows name, which are never changed. Made while
 * the server runs.
 *
 * <p>{@code SHA256SUMS} is written last: a folder without it is no backup. It is in the form of
 * sha256sum(1), so that anybody can check a backup without this program.
 *
 * <p>Not in it: the keys that HQ's own log of acts is signed with. With them a restored HQ would go
 * on with a log that the lost one had continued, and sign two histories; without them the copy is
 * set aside, and a new log begins that names it.
 */
public final class Backup {
  private static final String SUMS = "SHA256SUMS";
  private static final String ABOUT = "backup.json";
  private static final String KEYS = "keys";
  private static final String ACTS = "acts";
  private static final String ACTS_LOG = "evidence.db";
  private static final String CONTENT = "content";
  private static final String SEGMENTS = "segments/";

  /**
   * What is in a backup.
   *
   * @param made when
   * @param version of the HQ that made it
   * @param lost names of segments that HQ's rows name and that are nowhere, so neither here; known
   *     to who makes a backup only
   */
  public record About(
      Instant made, String version, long workstations, long files, long bytes, List<String> lost) {
    public About {
      lost = List.copyOf(lost);
    }
  }

  /** A folder that is not a whole backup. The message names the file and what is wrong with it. */
  public static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  private static final String ROWS = "hq.db";

  private final Path folder;

  /** SHA-256 of each file, by its name. */
  private final NavigableMap<String, String> sums = new TreeMap<>();

  private Backup(Path folder) {
    this.folder = folder;
  }

  /** Whether nothing is in a folder's place, or nothing in the folder. */
  public static boolean isFree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> in = Files.list(folder)) {
      return in.findAny().isEmpty();
    }
  }

  // -- making one --------------------------------------------------------------------------------

  /**
   * Makes a backup of an HQ with the embedded database.
   *
   * @param data HQ's data folder; its server may run
   * @param segments where its segments lie
   * @param into a folder that {@link #isFree}
   * @param version of this program
   * @throws IOException if it cannot be made; what was written so far has no list and is no backup
   */
  public static About make(Path data, SegmentStore segments, Path into, Instant now, String version)
      throws IOException {
    DurableFile.makePrivateFolder(into);
    Backup backup = new Backup(into);
    List<String> lost = backup.copyRowsAndSegments(data, segments);
    backup.copyTree(data, data.resolve(CONTENT));
    backup.copyTree(data, data.resolve(Packages.FOLDER));
    backup.copyTree(data, data.resolve(KEYS));
    backup.copy(data, data.resolve("database.id"));
    backup.copyActs(data);
    long workstations = count(into.resolve(ROWS));
    byte[] about =
        Json.object()
            .put("made", now.toEpochMilli())
            .put("version", version)
            .put("workstations", workstations)
            .canonical();
    DurableFile.write(into.resolve(ABOUT), about, true);
    backup.list(ABOUT, into.resolve(ABOUT));
    StringBuilder list = new StringBuilder();
    backup.sums.forEach(
        (name, sha256) -> list.append(sha256).append("  ").append(name).append('\n'));
    DurableFile.write(into.resolve(SUMS), list.toString().getBytes(StandardCharsets.UTF_8), true);
    long bytes = 0;
    for (String name : backup.sums.keySet()) {
      bytes += Files.size(into.resolve(name));
    }
    return new About(now, version, workstations, backup.sums.size(), bytes, lost);
  }

  /**
   * First the rows: a file that comes later is named by none of them. What they name is missing if
   * an erasure has rewritten it between the two; the rows of now name another in its place then, so
   * both are looked at again.
   *
   * @return segments that are still named and still missing: they are lost
   */
  private List<String> copyRowsAndSegments(Path data, SegmentStore segments) throws IOException {
    List<String> missing = List.of();
    while (true) {
      Files.deleteIfExists(folder.resolve(ROWS));
      copyDatabase(SqliteEngine.file(data), ROWS);
      List<String> before = missing;
      missing = copySegments(segments);
      if (before.containsAll(missing)) {
        return missing;
      }
    }
  }

  /** As SQLite itself copies it: of one moment, whatever is written meanwhile. */
  private void copyDatabase(Path from, String name) throws IOException {
    Path to = folder.resolve(name);
    DurableFile.makePrivateFolder(parent(to));
    try (Connection source = DriverManager.getConnection("jdbc:sqlite:" + from.toAbsolutePath());
        PreparedStatement copy = source.prepareStatement("VACUUM INTO ?")) {
      copy.setString(1, to.toAbsolutePath().toString());
      copy.execute();
    } catch (SQLException e) {
      throw new IOException(from + " cannot be copied: " + e.getMessage(), e);
    }
    // Written by SQLite without a sync; only the owner may enter its folder.
    try (FileChannel copied = FileChannel.open(to, StandardOpenOption.READ)) {
      copied.force(true);
    }
    list(name, to);
  }

  /** Has the segments that the rows name here, and no others; those that are missing are told. */
  private List<String> copySegments(SegmentStore segments) throws IOException {
    Set<String> named = new LinkedHashSet<>(segmentsIn(folder.resolve(ROWS)));
    for (String copied : List.copyOf(sums.keySet())) {
      if (copied.startsWith(SEGMENTS) && !named.contains(copied.substring(SEGMENTS.length()))) {
        DurableFile.destroy(folder.resolve(copied)); // its content was erased meanwhile
        sums.remove(copied);
      }
    }
    List<String> missing = new ArrayList<>();
    for (String name : named) {
      if (!sums.containsKey(SEGMENTS + name) && !copySegment(segments, name)) {
        missing.add(name);
      }
    }
    return missing;
  }

  private boolean copySegment(SegmentStore segments, String name) throws IOException {
    Path to = folder.resolve(SEGMENTS + name);
    byte[] content;
    try {
      content = segments.read(name);
    } catch (NoSuchFileException e) {
      return false;
    }
    DurableFile.makePrivateFolder(parent(to));
    DurableFile.write(to, content, true);
    list(SEGMENTS + name, to);
    return true;
  }

  private static List<String> segmentsIn(Path database) throws IOException {
    List<String> names = new ArrayList<>();
    try (Connection copy = DriverManager.getConnection("jdbc:sqlite:" + database.toAbsolutePath());
        Statement ask = copy.createStatement();
        ResultSet row = ask.executeQuery("SELECT file FROM segment ORDER BY id")) {
      while (row.next()) {
        names.add(row.getString(1));
      }
    } catch (SQLException e) {
      throw new IOException(database + " cannot be read: " + e.getMessage(), e);
    }
    return names;
  }

  private static long count(Path database) throws IOException {
    try (Connection copy = DriverManager.getConnection("jdbc:sqlite:" + database.toAbsolutePath());
        Statement ask = copy.createStatement();
        ResultSet row = ask.executeQuery("SELECT count(*) FROM workstation")) {
      return row.next() ? row.getLong(1) : 0;
    } catch (SQLException e) {
      throw new IOException(database + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void copyActs(Path data) throws IOException {
    Path acts = data.resolve(ACTS);
    if (!Files.isDirectory(acts)) {
      return;
    }
    try (Stream<Path> logs = Files.list(acts)) {
      for (Path log : logs.sorted().toList()) {
        if (Files.exists(log.resolve(ACTS_LOG))) {
          copyDatabase(log.resolve(ACTS_LOG), ACTS + "/" + log.getFileName() + "/" + ACTS_LOG);
        }
      }
    }
  }

  private void copyTree(Path data, Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes its) throws IOException {
            if (!file.toString().endsWith(".part")) {
              copy(data, file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
  }

  private void copy(Path data, Path file) throws IOException {
    String name = data.relativize(file).toString().replace('\\', '/');
    try {
      DurableFile.copy(file, folder.resolve(name));
    } catch (NoSuchFileException e) {
      // Content that is erased at this moment is not to be in the copy either.
      return;
    }
    list(name, folder.resolve(name));
  }

  private void list(String name, Path file) throws IOException {
    sums.put(name, sha256(file));
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Hash.digest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " lies in no folder");
    }
    return parent;
  }

  // -- putting one back --------------------------------------------------------------------------

  /**
   * Puts a backup back, and marks in the restored database that HQ knows nothing of what it
   * witnessed between the two moments.
   *
   * @param from the backup
   * @param data a folder that {@link #isFree}
   * @param segments where its segments are to lie
   * @throws Damaged if the backup is not whole; nothing of HQ is in the folder then
   */
  public static About restore(Path from, Path data, SegmentStore segments, Instant now)
      throws IOException {
    About about = check(from);
    DurableFile.makePrivateFolder(data);
    // The keys last, and at once: without them the folder is no HQ that could sign anything.
    Path keys = data.resolve(KEYS + ".restored");
    try (BufferedReader list = Files.newBufferedReader(from.resolve(SUMS))) {
      for (String line = list.readLine(); line != null; line = list.readLine()) {
        String name = name(line);
        Path to =
            name.startsWith(KEYS + "/")
                ? keys.resolve(name.substring(KEYS.length() + 1))
                : data.resolve(name);
        if (name.startsWith(SEGMENTS)) {
          segments.put(name.substring(SEGMENTS.length()), Files.readAllBytes(from.resolve(name)));
        } else if (!name.equals(ABOUT)) {
          DurableFile.copy(from.resolve(name), to);
        }
      }
    }
    mark(data, segments, about, now);
    Files.move(keys, data.resolve(KEYS), StandardCopyOption.ATOMIC_MOVE);
    DurableFile.syncFolder(data);
    return about;
  }

  /** Reads all of it, before anything is written. */
  private static About check(Path from) throws IOException {
    if (!Files.exists(from.resolve(SUMS))) {
      throw new Damaged(from.resolve(SUMS) + " is not there");
    }
    long files = 0;
    long bytes = 0;
    try (BufferedReader list = Files.newBufferedReader(from.resolve(SUMS))) {
      for (String line = list.readLine(); line != null; line = list.readLine()) {
        bytes += checked(from, line);
        files++;
      }
    }
    try {
      Json.Obj about = Json.parse(Files.readAllBytes(from.resolve(ABOUT)));
      return new About(
          Instant.ofEpochMilli(about.number("made")),
          about.text("version"),
          about.number("workstations"),
          files,
          bytes,
          List.of());
    } catch (JsonException e) {
      throw new Damaged(from.resolve(ABOUT) + " cannot be read: " + e.getMessage());
    }
  }

  private static String name(String line) throws Damaged {
    if (!line.matches("[0-9a-f]{64} {2}[^/\\\\].*") || line.contains("..")) {
      throw new Damaged(SUMS + " has a line that is none: " + line);
    }
    return line.substring(66);
  }

  /** Its length, once its content is what the line says. */
  private static long checked(Path from, String line) throws IOException {
    Path file = from.resolve(name(line));
    if (!Files.isRegularFile(file)) {
      throw new Damaged(file + " is not there");
    }
    String got = sha256(file);
    if (!line.startsWith(got)) {
      throw new Damaged(file + " has SHA-256 " + got + ", not " + line.substring(0, 64));
    }
    return Files.size(file);
  }

  private static void mark(Path data, SegmentStore segments, About about, Instant now)
      throws IOException {
    String url = "jdbc:sqlite:" + SqliteEngine.file(data).toAbsolutePath();
    try (Connection restored = DriverManager.getConnection(url);
        PreparedStatement place =
            restored.prepareStatement(
                "INSERT INTO setting(k, v) VALUES (?, ?) ON CONFLICT(k) DO UPDATE SET v = excluded.v");
        PreparedStatement mark =
            restored.prepareStatement(
                "INSERT INTO alarm(at, log, kind, detail) VALUES (?, NULL, ?, ?)")) {
      place.setString(1, Bond.SEGMENTS);
      place.setString(2, segments.place());
      place.executeUpdate();
      mark.setLong(1, now.toEpochMilli());
      mark.setString(2, Alarms.Kind.RESTORED.word());
      mark.setString(3, about.made() + " .. " + now);
      mark.executeUpdate();
    } catch (SQLException e) {
      throw new IOException(
          SqliteEngine.file(data) + " cannot be marked as restored: " + e.getMessage(), e);
    }
  }
}
