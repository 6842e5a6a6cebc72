package io.waybillguard.agent.event;

/**
 * One thing that a hunt found.
 *
 * @param what as the search names it: {@code sha256}, {@code path}, {@code signer}, {@code
 *     remote_tool}, {@code autorun}, {@code usb} or {@code sigma}
 * @param match which of those that were asked for: the hash, the pattern, the rule's title
 * @param path of the file or program, or what else tells it: a device, an entry
 * @param sha256 of its content where that is known, or ""
 * @param record the record of this log that tells of it; -1 when it is so now
 */
public record HuntFinding(String what, String match, String path, String sha256, long record) {

  /** The same thing, whichever record tells of it. */
  public boolean isSame(HuntFinding other) {
    return what.equals(other.what)
        && match.equals(other.match)
        && path.equals(other.path)
        && sha256.equals(other.sha256);
  }

  /** As it stands in events and state files. */
  public Json.Obj json() {
    Json.Obj json =
        Json.object()
            .put("what", what)
            .put("match", match)
            .put("path", path)
            .putUnlessEmpty("sha256", sha256);
    return record < 0 ? json : json.put("record", record);
  }

  /** What {@link #json} wrote; what is missing is empty. */
  public static HuntFinding of(Json.Obj json) {
    return new HuntFinding(
        json.text("what", ""),
        json.text("match", ""),
        json.text("path", ""),
        json.text("sha256", ""),
        json.number("record", -1));
  }
}
