package io.waybillguard.agent.app;

import io.waybillguard.agent.desk.Hearing;
import io.waybillguard.agent.desk.Saying;
import io.waybillguard.agent.dispose.Disposer;
import io.waybillguard.agent.event.DisposalEnded;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Undoes disposals for this PC's administrator. The door is open to every account, so who asks has
 * to show a key that lies in the agent's data folder: whoever can read there owns the machine.
 */
final class Undoing implements Hearing.Undoing {
  private static final int ENDS_WITHIN_S = 60;

  private final Path data;
  private final Disposer disposer;

  /**
   * @throws IOException if the key cannot be made
   */
  Undoing(Path data, Disposer disposer) throws IOException {
    String unused = key(data);
    this.data = data;
    this.disposer = disposer;
  }

  /** The key, made when there is none. */
  static String key(Path data) throws IOException {
    return TerminalKey.made(file(data), "the key for disposal undo");
  }

  /** Where it lies. */
  static Path file(Path data) {
    return data.resolve("keys").resolve("undo.key");
  }

  @Override
  public boolean isAdministrators(String shown) throws IOException {
    return MessageDigest.isEqual(
        key(data).getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Json.Obj undo(Saying.Undo said, String by) throws InterruptedException {
    try {
      if (!isAdministrators(said.key())) {
        return Json.object().put("ok", false).put("why", "no_key");
      }
      DisposalEnded end = disposer.undo(said.disposal(), by).get(ENDS_WITHIN_S, TimeUnit.SECONDS);
      return Json.object()
          .put("ok", true)
          .put("outcome", end.outcome().word())
          .put("detail", end.detail());
    } catch (IllegalArgumentException e) {
      return Json.object()
          .put("ok", false)
          .put("why", "not_standing")
          .put("detail", String.valueOf(e.getMessage()));
    } catch (IOException | ExecutionException | TimeoutException e) {
      return Json.object()
          .put("ok", false)
          .put("why", "not_recorded")
          .put("detail", String.valueOf(e.getMessage()));
    }
  }
}
