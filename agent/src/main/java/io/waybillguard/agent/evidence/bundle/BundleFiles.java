package io.waybillguard.agent.evidence.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The files of a bundle, in a folder or a zip. Names use "/". Hostile input: bounded, and never
 * unpacked to disk.
 */
interface BundleFiles extends AutoCloseable {
  /** Largest file that is read: a body may be a quarantined program. */
  int MOST_BYTES = 256 << 20;

  /** Most bytes that a zip may hold when unpacked: some hours of hashing for somebody's joke. */
  long MOST_BYTES_IN_ALL = 16L << 30;

  /** Most files in a bundle. */
  int MOST_FILES = 4_000_000;

  /** All of them. The set does not change. */
  SortedSet<String> names();

  /**
   * All bytes of a file.
   *
   * @throws IOException if it is missing or larger than {@link #MOST_BYTES}
   */
  byte[] read(String name) throws IOException;

  @Override
  void close() throws IOException;

  /**
   * Opens a bundle.
   *
   * @throws IOException if there is neither a folder nor a zip
   */
  static BundleFiles open(Path bundle) throws IOException {
    return Files.isDirectory(bundle) ? new Folder(bundle) : new Zip(bundle);
  }

  /** A bundle that lies in a folder. */
  final class Folder implements BundleFiles {
    private final Path root;
    private final SortedSet<String> names = new TreeSet<>();

    Folder(Path root) throws IOException {
      this.root = root;
      try (var files = Files.walk(root)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (!Files.isDirectory(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            names.add(root.relativize(file).toString().replace('\\', '/'));
          }
          if (names.size() > MOST_FILES) {
            throw new IOException(root + " holds more than " + MOST_FILES + " files");
          }
        }
      }
    }

    @Override
    public SortedSet<String> names() {
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      Path file = root.resolve(name);
      // A link could lead anywhere; a bundle has none. Only what was listed is read, so that a
      // folder that is a link is not entered either.
      if (!names.contains(name)
          || !Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        throw new java.nio.file.NoSuchFileException(name, null, "no such file in the bundle");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException(name + " is larger than " + MOST_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    }

    @Override
    public void close() {}
  }

  /** A bundle in a zip; its one top folder, if it has one, does not count. */
  final class Zip implements BundleFiles {
    private final ZipFile zip;
    private final String top;
    private final SortedSet<String> names = new TreeSet<>();

    Zip(Path file) throws IOException {
      try {
        this.zip = new ZipFile(file.toFile(), java.nio.charset.StandardCharsets.UTF_8);
      } catch (ZipException e) {
        throw new IOException(file + " is neither a folder nor a zip: " + e.getMessage(), e);
      }
      try {
        SortedSet<String> entries = entries();
        this.top = top(entries);
        for (String name : entries) {
          names.add(name.startsWith(top) ? name.substring(top.length()) : "../" + name);
        }
      } catch (IOException e) {
        zip.close();
        throw e;
      }
    }

    private SortedSet<String> entries() throws IOException {
      SortedSet<String> found = new TreeSet<>();
      long bytes = 0;
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        bytes += Math.max(0, entry.getSize());
        if (bytes > MOST_BYTES_IN_ALL || found.size() == MOST_FILES) {
          throw new IOException(
              "the zip holds more than "
                  + MOST_FILES
                  + " files or "
                  + MOST_BYTES_IN_ALL
                  + " bytes; it is not read");
        }
        // A folder with content would be content that nobody looks at.
        if (!(entry.isDirectory() && entry.getSize() == 0) && !found.add(entry.getName())) {
          throw new IOException("the zip holds " + entry.getName() + " twice");
        }
      }
      return found;
    }

    private static String top(SortedSet<String> entries) {
      if (entries.contains(Bag.DECLARATION)) {
        return "";
      }
      return entries.stream()
          .filter(name -> name.endsWith("/" + Bag.DECLARATION))
          .findFirst()
          .map(name -> name.substring(0, name.length() - Bag.DECLARATION.length()))
          .orElse("");
    }

    @Override
    public SortedSet<String> names() {
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      ZipEntry entry = names.contains(name) ? zip.getEntry(top + name) : null;
      if (entry == null) {
        throw new java.nio.file.NoSuchFileException(name, null, "no such file in the bundle");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        if (entry.getSize() > MOST_BYTES) {
          throw new IOException(name + " is larger than " + MOST_BYTES + " bytes");
        }
        // The size in the entry is a claim; what counts is what comes out.
        byte[] bytes = in.readNBytes((int) entry.getSize() + 1);
        if (bytes.length != entry.getSize()) {
          throw new IOException(name + " is not of the " + entry.getSize() + " bytes it claims");
        }
        return bytes;
      }
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
