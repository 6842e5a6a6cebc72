package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * First record of a log that takes the place of another which could not be continued.
 *
 * @param oldOrigin origin of the other log
 * @param oldSize size of its newest trusted head
 * @param oldRoot that head's root, base64
 * @param oldFile name of the file it was set aside under
 * @param reason why it could not be continued
 */
public record LogRecovered(
    Instant at, String oldOrigin, long oldSize, String oldRoot, String oldFile, String reason)
    implements Note {
  @Override
  public String type() {
    return "log.recover";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .putUnlessEmpty("old", oldOrigin)
        .put("size", oldSize)
        .putUnlessEmpty("root", oldRoot);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.EVENT_LOG_ACTIVITY, 4, Severity.HIGH, at)
        .with("log_name", "evidence")
        .with("status_detail", reason)
        .unmapped("old_origin", oldOrigin)
        .unmapped("old_size", oldSize)
        .unmapped("set_aside_as", oldFile);
  }
}
