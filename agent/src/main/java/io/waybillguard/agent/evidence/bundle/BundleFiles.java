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

  /** Most files in a bundle. */
  int MOST_FILES = 4_000_000;

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
      // A link could lead anywhere; a bundle has none.
      if (!Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
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
      SortedSet<String> all = new TreeSet<>();
      try {
        this.zip = new ZipFile(file.toFile(), java.nio.charset.StandardCharsets.UTF_8);
      } catch (ZipException e) {
        throw new IOException(file + " is neither a folder nor a zip: " + e.getMessage(), e);
      }
      String declared = "";
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.isDirectory()) {
          if (!all.add(entry.getName())) {
            zip.close();
            throw new IOException("the zip holds " + entry.getName() + " twice");
          }
          if (entry.getName().endsWith("/" + Bag.DECLARATION)) {
            declared =
                entry.getName().substring(0, entry.getName().length() - Bag.DECLARATION.length());
          }
        }
        if (all.size() > MOST_FILES) {
          zip.close();
          throw new IOException("the zip holds more than " + MOST_FILES + " files");
        }
      }
      this.top = all.contains(Bag.DECLARATION) ? "" : declared;
      for (String name : all) {
        names.add(name.startsWith(top) ? name.substring(top.length()) : "../" + name);
      }
    }

    @Override
    public SortedSet<String> names() {
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      ZipEntry entry = zip.getEntry(top + name);
      if (entry == null) {
        throw new java.nio.file.NoSuchFileException(name, null, "no such file in the bundle");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        // The size in the entry is a claim; what counts is what comes out.
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
          throw new IOException(name + " is larger than " + MOST_BYTES + " bytes");
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
