package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The disposals of this PC that are ordered or stand, each in a file of its own below the agent's
 * data folder, so that they outlive the agent's end. Safe for use by several threads.
 */
public final class Docket {
  private static final String ENDING = ".json";

  private final Path folder;

  /**
   * @param data the agent's data folder
   */
  public Docket(Path data) {
    this.folder = data.resolve("disposals");
  }

  /**
   * What stands at this moment, for people.
   *
   * @param id names it
   * @param what is done
   * @param by whose word it was: {@code hq} or {@code policy}
   * @param incident it belongs to, or ""
   * @param since when
   * @param state {@code ordered}, {@code begun}, {@code standing} or {@code undoing}
   */
  public record Standing(
      String id, Disposal what, String by, String incident, Instant since, String state) {}

  /** All that is there, the oldest first. */
  public List<Standing> standing() throws IOException {
    return all().stream()
        .map(
            kept ->
                new Standing(
                    kept.id(),
                    kept.order().what(),
                    kept.order().by().word(),
                    kept.order().incident(),
                    kept.at(),
                    kept.undo().isPresent()
                        ? "undoing"
                        : kept.stage().name().toLowerCase(java.util.Locale.ROOT)))
        .toList();
  }

  synchronized List<Kept> all() throws IOException {
    List<Kept> all = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return all;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path file : files) {
        all.add(read(file));
      }
    }
    all.sort(Comparator.comparing((Kept kept) -> kept.at()).thenComparing(Kept::id));
    return all;
  }

  synchronized Optional<Kept> find(String id) throws IOException {
    Path file = file(id);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  synchronized void keep(Kept kept) throws IOException {
    SecretFile.folder(folder);
    SecretFile.write(file(kept.id()), kept.json().canonical());
  }

  synchronized void forget(String id) throws IOException {
    Files.deleteIfExists(file(id));
  }

  private Path file(String id) {
    if (!id.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("\"" + id + "\" is no disposal: 32 hex digits are meant");
    }
    return folder.resolve(id + ENDING);
  }

  private static Kept read(Path file) throws IOException {
    try {
      return Kept.of(Json.parse(Files.readAllBytes(file)));
    } catch (JsonException | IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }
}
