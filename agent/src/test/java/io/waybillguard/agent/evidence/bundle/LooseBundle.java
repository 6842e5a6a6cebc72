package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.evidence.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A bundle's files in memory, for somebody who changes them and knows how manifests are made. */
final class LooseBundle implements BundleFiles {
  private final SortedMap<String, byte[]> files = new TreeMap<>();

  /** All files of a bundle. */
  static LooseBundle of(Path bundle) throws IOException {
    LooseBundle loose = new LooseBundle();
    try (BundleFiles from = BundleFiles.open(bundle)) {
      for (String name : from.names()) {
        loose.files.put(name, from.read(name));
      }
    }
    return loose;
  }

  LooseBundle copy() {
    LooseBundle copy = new LooseBundle();
    copy.files.putAll(files);
    return copy;
  }

  LooseBundle put(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  LooseBundle change(String name, UnaryOperator<byte[]> change) throws IOException {
    return put(name, change.apply(read(name).clone()));
  }

  LooseBundle remove(String name) {
    if (files.remove(name) == null) {
      throw new AssertionError("no " + name + " in " + files.keySet());
    }
    return this;
  }

  LooseBundle rename(String from, String to) throws IOException {
    byte[] content = read(from);
    return remove(from).put(to, content);
  }

  /** Makes both manifests anew over what is there now. */
  LooseBundle sealed() {
    files.put(Bag.MANIFEST, Bag.manifest(hashes(name -> name.startsWith(Bag.PAYLOAD))));
    files.put(Bag.TAG_MANIFEST, Bag.manifest(hashes(Bag::isTag)));
    return this;
  }

  private SortedMap<String, Hash> hashes(java.util.function.Predicate<String> covered) {
    SortedMap<String, Hash> hashes = new TreeMap<>();
    files.forEach(
        (name, content) -> {
          if (covered.test(name)) {
            hashes.put(name, Hash.sha256(content));
          }
        });
    return hashes;
  }

  /** Writes the files into a zip, below {@code top}. */
  Path zipped(Path zip, String top) throws IOException {
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (var each : files.entrySet()) {
        entries.putNextEntry(new ZipEntry(top + each.getKey()));
        entries.write(each.getValue());
        entries.closeEntry();
      }
    }
    return zip;
  }

  /** Writes the files into a folder. */
  Path unpacked(Path folder) throws IOException {
    for (var each : files.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
      Files.write(file, each.getValue());
    }
    return folder;
  }

  @Override
  public SortedSet<String> names() {
    return new java.util.TreeSet<>(files.keySet());
  }

  @Override
  public byte[] read(String name) throws IOException {
    byte[] content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return content;
  }

  @Override
  public void close() {}
}
