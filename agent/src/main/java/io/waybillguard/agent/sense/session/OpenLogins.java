package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The sessions whose start was recorded and whose end was not, kept in a small file, so that an
 * agent that was away tells the end of each and no start twice. The log holds the evidence; this
 * file is a memory, and one that is lost costs a second start with the same uid.
 */
final class OpenLogins {
  private final Path file;
  private Optional<StateFile.Damage> damage = Optional.empty();

  OpenLogins(Path file) {
    this.file = file;
  }

  /**
   * Those that were open; none when the file is damaged: then it is put aside, and who is still in
   * is told as somebody new.
   *
   * @throws IOException if the file is there and cannot be read, or cannot be put aside
   */
  List<RemoteSession> read() throws IOException {
    damage = Optional.empty();
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      List<RemoteSession> open = new ArrayList<>();
      for (Json.Obj one : Json.parse(Files.readAllBytes(file)).objects("open")) {
        open.add(session(one));
      }
      return open;
    } catch (JsonException | IllegalArgumentException e) {
      damage = Optional.of(StateFile.setAside(file, String.valueOf(e.getMessage())));
      return List.of();
    }
  }

  /** What the last {@link #read} found damaged. */
  Optional<StateFile.Damage> damage() {
    return damage;
  }

  private static RemoteSession session(Json.Obj one) throws JsonException {
    return new RemoteSession(
        one.text("uid"),
        one.text("tool"),
        one.text("name"),
        one.text("account"),
        one.text("peer"),
        (int) one.number("port", 0),
        one.text("here"),
        (int) one.number("here_port", 0),
        one.text("console"),
        one.text("tunnel"),
        RemoteSession.Confidence.valueOf(one.text("confidence")),
        List.of(one.text("signals").split(",")),
        new ProcessRef(one.number("pid", 0), one.text("program"), one.text("user")),
        Instant.ofEpochMilli(one.number("began", 0)));
  }

  /** Puts these in place of what was there; a power cut leaves the one or the other. */
  void write(Collection<RemoteSession> open) throws IOException {
    Json.Obj all = Json.object().put("open", open.stream().map(OpenLogins::json).toList());
    StateFile.replace(file, all.canonical());
  }

  private static Json.Obj json(RemoteSession s) {
    return Json.object()
        .put("uid", s.uid())
        .put("tool", s.tool())
        .put("name", s.toolName())
        .put("account", s.account())
        .put("peer", s.peer())
        .put("port", s.port())
        .put("here", s.here())
        .put("here_port", s.herePort())
        .put("console", s.console())
        .put("tunnel", s.tunnel())
        .put("confidence", s.confidence().name())
        .put("signals", String.join(",", s.signals()))
        .put("pid", s.program().pid())
        .put("program", s.program().executable())
        .put("user", s.program().user())
        .put("began", s.began().toEpochMilli());
  }
}
