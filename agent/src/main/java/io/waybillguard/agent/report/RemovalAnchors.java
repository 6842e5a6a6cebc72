package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What HQ's codes for the agent's removal are checked by, as this PC keeps it. Nothing of it is
 * secret, so that a code can be checked while HQ is away.
 *
 * @param origin the log that they are for; "" where HQ has told of none yet
 * @param anchors for this year and the next
 */
public record RemovalAnchors(String origin, List<RemovalAnchor> anchors) {
  private static final String FILE = "removal.json";

  public RemovalAnchors {
    anchors = List.copyOf(anchors);
  }

  /** Whether something is HQ's code of a day, in days since 1970 by UTC. */
  public boolean opens(long day, String code) {
    return anchors.stream().anyMatch(anchor -> anchor.opens(origin, day, code));
  }

  /**
   * What lies in a data folder.
   *
   * @throws IOException if the file cannot be read or is damaged
   */
  public static RemovalAnchors load(Path data) throws IOException {
    Path file = data.resolve(FILE);
    if (Files.notExists(file)) {
      return new RemovalAnchors("", List.of());
    }
    try {
      Json.Obj json = Json.parse(Files.readAllBytes(file));
      List<RemovalAnchor> anchors = new ArrayList<>();
      for (Json.Obj each : json.objects("anchors")) {
        anchors.add(RemovalAnchor.of(each));
      }
      return new RemovalAnchors(json.text("origin"), anchors);
    } catch (JsonException | IllegalArgumentException e) {
      throw new IOException(
          file + " is damaged (" + e.getMessage() + "); delete it: HQ's next answer brings it anew",
          e);
    }
  }

  /** Keeps it durably, in the place of what was there. */
  public void save(Path data) throws IOException {
    SecretFile.write(
        data.resolve(FILE),
        Json.object()
            .put("origin", origin)
            .put("anchors", anchors.stream().map(RemovalAnchor::json).toList())
            .canonical());
  }
}
