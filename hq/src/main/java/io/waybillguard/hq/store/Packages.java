package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.report.wire.Release;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The agent's packages that HQ gives to desks, in the folder {@code packages} of its data: each
 * under its SHA-256, with its release note beside it, which is written last. Never changed. Safe
 * for use by several threads and processes.
 */
public final class Packages {
  static final String FOLDER = "packages";

  /** Bytes of a piece: an answer to a desk may have 1 MiB. */
  public static final int PIECE = 768 << 10;

  private static final String NOTE = ".release";

  private final Path folder;

  /**
   * @param data HQ's data folder
   */
  public Packages(Path data) {
    this.folder = data.resolve(FOLDER);
  }

  /**
   * One package.
   *
   * @param note as its maker signed it
   */
  public record Kept(Release release, String note) {}

  /**
   * Keeps a package; one that is there already stays.
   *
   * @param note as its maker signed it; whose signature it is, is for the desks to judge
   * @throws EvidenceException if the note is none, or is about another package
   */
  public Kept add(Path file, String note) throws IOException, EvidenceException {
    Release release = Release.of(note);
    String got = Hash.sha256(file).hex();
    if (!got.equals(release.sha256()) || Files.size(file) != release.size()) {
      throw new EvidenceException(
          file
              + " has SHA-256 "
              + got
              + " and "
              + Files.size(file)
              + " bytes, its release note says "
              + release.sha256()
              + " and "
              + release.size());
    }
    DurableFile.makePrivateFolder(folder);
    Path place = folder.resolve(got);
    if (Files.notExists(place)) {
      Path part = folder.resolve(got + ".part");
      Files.deleteIfExists(part);
      DurableFile.copy(file, part);
      try {
        Files.move(part, place);
      } catch (FileAlreadyExistsException e) {
        Files.deleteIfExists(part); // another process added the same
      }
    }
    DurableFile.write(folder.resolve(got + NOTE), note.getBytes(StandardCharsets.UTF_8), true);
    return new Kept(release, note);
  }

  /** All of them, newest version first. */
  public List<Kept> all() throws IOException {
    List<Kept> all = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return all;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(NOTE)).sorted().toList()) {
        String note = Files.readString(file, StandardCharsets.UTF_8);
        try {
          all.add(new Kept(Release.of(note), note));
        } catch (EvidenceException e) {
          throw new IOException(file + " is damaged: " + e.getMessage() + "; delete it", e);
        }
      }
    }
    all.sort(
        Comparator.comparing((Kept kept) -> kept.release().version(), Release::compare)
            .reversed()
            .thenComparing(kept -> kept.release().platform()));
    return all;
  }

  /** Those of a version. */
  public List<Kept> of(String version) throws IOException {
    return all().stream().filter(kept -> kept.release().version().equals(version)).toList();
  }

  /**
   * A piece of a package.
   *
   * @param from offset in bytes
   * @return at most {@link #PIECE} bytes, none at or after the end; absent where there is no such
   *     package
   */
  public Optional<byte[]> piece(String sha256, long from) throws IOException {
    if (!sha256.matches("[0-9a-f]{64}") || from < 0) {
      return Optional.empty();
    }
    try (FileChannel in = FileChannel.open(folder.resolve(sha256), StandardOpenOption.READ)) {
      long left = Math.max(0, in.size() - from);
      ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, left));
      for (int n = 0; n >= 0 && piece.hasRemaining(); ) {
        n = in.read(piece, from + piece.position());
      }
      return Optional.of(piece.array());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
