package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What the records told last, in a file beside the baseline, so that an agent that was away tells
 * what changed meanwhile, and nothing twice. The log holds the evidence; without this file the
 * changes since the baseline are told once more.
 */
final class LastSeen {
  private final Path file;

  /**
   * @param baselineTold digest of the baseline that a record told of
   */
  record Seen(String baselineTold, List<AutostartEntry> entries) {}

  LastSeen(Path data) {
    this.file = data.resolve("autostart-seen.json");
  }

  /**
   * @throws DamagedFileException if what is there is damaged
   * @throws IOException if it is there and cannot be read
   */
  Optional<Seen> read() throws IOException, DamagedFileException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj all = Json.parse(Files.readAllBytes(file));
      return Optional.of(new Seen(all.text("baseline"), Entries.entries(all.objects("entries"))));
    } catch (JsonException e) {
      throw new DamagedFileException(e);
    }
  }

  void write(String baselineTold, Collection<AutostartEntry> entries) throws IOException {
    Baseline.replace(
        file, Json.object().put("baseline", baselineTold).put("entries", Entries.json(entries)));
  }
}
