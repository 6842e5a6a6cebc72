package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.hunt.search.Search;
import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A hunt that HQ ordered, with how far it is, in a file of its own until it is over: a new start
 * goes on with it. The order is kept as it came, since records mask what looks like a waybill.
 *
 * @param id of HQ's command
 * @param args its arguments
 * @param search what they ask for
 */
record Order(String id, Json.Obj args, Search search) {
  private static final String FOLDER = "hunts";

  private static Path file(Path data, String id) {
    return data.resolve(FOLDER).resolve(id + ".json");
  }

  /** Keeps it durably. */
  void keep(Path data, Progress progress) throws IOException {
    Path file = file(data, id);
    Files.createDirectories(file.getParent());
    StateFile.replace(
        file,
        Json.object().put("id", id).put("args", args).put("progress", progress.json()).canonical());
  }

  void forget(Path data) throws IOException {
    Files.deleteIfExists(file(data, id));
  }

  /** An order and how far it is. */
  record Kept(Order order, Progress progress) {}

  /**
   * What was kept of a command; empty when nothing was.
   *
   * @throws IOException if the file cannot be read, or is not ours
   */
  static Optional<Kept> find(Path data, String id) throws IOException {
    Path file = file(data, id);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj json = Json.parse(Files.readAllBytes(file));
      Json.Obj args = json.object("args");
      return Optional.of(
          new Kept(new Order(id, args, Search.of(args)), Progress.of(json.object("progress"))));
    } catch (JsonException | IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }
}
