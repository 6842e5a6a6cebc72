package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The private epoch keys, a file each, never in the database. A key is durable before the record
 * that names it, and destroyed after its successor is durable, so that between any two steps a
 * crash leaves either both or the right one.
 */
final class KeyFiles {
  private static final Pattern NAME = Pattern.compile("epoch-([0-9]{1,18})\\.key(\\.new)?");

  private final Path folder;
  private final Secrets secrets;

  /** Keys that are not wrapped. */
  KeyFiles(Path folder) throws IOException {
    this(folder, Secrets.PLAIN);
  }

  KeyFiles(Path folder, Secrets secrets) throws IOException {
    this.folder = folder;
    this.secrets = secrets;
    SecretFile.folder(folder);
  }

  private Path file(long epoch) {
    return folder.resolve("epoch-" + epoch + ".key");
  }

  void write(long epoch, SigningKey key) throws IOException {
    secrets.write(file(epoch), key.encode());
  }

  /** The key of an epoch, if its file is there. */
  Optional<SigningKey> read(long epoch, VerifierKey verifier)
      throws IOException, EvidenceException {
    Path file = file(epoch);
    try {
      return Files.exists(file)
          ? Optional.of(SigningKey.decode(verifier, secrets.read(file)))
          : Optional.empty();
    } catch (Secrets.WrappedElsewhereException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The epochs whose keys are here, whole. */
  Set<Long> epochs() throws IOException {
    Set<Long> epochs = new TreeSet<>();
    for (Path file : files()) {
      Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches() && name.group(2) == null) {
        epochs.add(Long.parseLong(name.group(1)));
      }
    }
    return epochs;
  }

  /** Destroys every key but that of one epoch: what a crash between two steps has left. */
  void keepOnly(long epoch) throws IOException {
    for (Path file : files()) {
      Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches() && (name.group(2) != null || Long.parseLong(name.group(1)) != epoch)) {
        SecretFile.destroy(file);
      }
    }
  }

  /** Moves every key of the log into a folder that is made; other keys stay. */
  void moveTo(Path other) throws IOException {
    SecretFile.folder(other);
    for (Path file : files()) {
      if (NAME.matcher(String.valueOf(file.getFileName())).matches()) {
        Files.move(file, other.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  private List<Path> files() throws IOException {
    List<Path> all = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder)) {
      files.forEach(all::add);
    }
    return all;
  }
}
