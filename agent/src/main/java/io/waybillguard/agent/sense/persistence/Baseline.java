package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was taken as it is once, to be compared with: the file {@code autostart.json}.
 *
 * @param taken when
 * @param by the account that asked for it, or ""
 * @param entries all that started by itself then
 */
public record Baseline(Instant taken, String by, List<AutostartEntry> entries) {
  private static final String FILE = "autostart.json";

  public Baseline {
    entries = List.copyOf(entries);
  }

  /** Its file in a data folder. */
  public static Path file(Path data) {
    return data.resolve(FILE);
  }

  /** {@link Entries#digest} of its entries. */
  public String digest() {
    return Entries.digest(entries);
  }

  /**
   * Reads it.
   *
   * @return empty when there is none
   * @throws DamagedFileException if what is there is no baseline, or not the one that was written
   * @throws IOException if it is there and cannot be read
   */
  public static Optional<Baseline> read(Path file) throws IOException, DamagedFileException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj all = Json.parse(Files.readAllBytes(file));
      Baseline read =
          new Baseline(
              Instant.ofEpochMilli(all.number("taken")),
              all.text("by"),
              Entries.entries(all.objects("entries")));
      if (!read.digest().equals(all.text("sha256"))) {
        throw new DamagedFileException("its entries are not those that it was written with");
      }
      return Optional.of(read);
    } catch (JsonException e) {
      throw new DamagedFileException(e);
    }
  }

  /** Puts it in place of what was there; a power cut leaves the one or the other. */
  public void write(Path file) throws IOException {
    replace(
        file,
        Json.object()
            .put("taken", taken.toEpochMilli())
            .put("by", by)
            .put("sha256", digest())
            .put("entries", Entries.json(entries)));
  }

  static void replace(Path file, Json.Obj content) throws IOException {
    StateFile.replace(file, content.canonical());
  }
}
