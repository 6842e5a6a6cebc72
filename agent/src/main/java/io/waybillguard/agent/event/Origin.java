package io.waybillguard.agent.event;

/**
 * Where a new program came from, and how that is known.
 *
 * @param medium whether it came off a removable medium
 * @param how what the answer rests on: {@code same_hash} (the same bytes lie on the medium), {@code
 *     same_process} (written by a process that had read from the medium, or whose child had),
 *     {@code on_medium} (it lies on the medium itself), {@code none}
 * @param source the path on the medium, or ""
 * @param passport the passport of the USB device that carried it, or ""
 */
public record Origin(Medium medium, String how, String source, String passport) {
  /** Nothing points to a removable medium; that is not proof that it came from elsewhere. */
  public static final Origin NOT_SEEN_ON_MEDIUM = new Origin(Medium.NOT_SEEN, "none", "", "");

  /** From a removable medium or not. */
  public enum Medium {
    REMOVABLE,
    NOT_SEEN
  }

  /** Whether it came off a removable medium. */
  public boolean isRemovable() {
    return medium == Medium.REMOVABLE;
  }

  /** The parts that OCSF has no place for. */
  Ocsf unmappedInto(Ocsf ocsf) {
    return ocsf.unmapped("origin", isRemovable() ? "removable" : "not_seen_on_removable")
        .unmapped("origin_evidence", how)
        .unmapped("origin_path", source)
        .unmapped("origin_passport", passport);
  }

  /** What {@link #unmappedInto} wrote. */
  static Origin recalled(Recalled unmapped) {
    return new Origin(
        unmapped.text("origin").equals("removable") ? Medium.REMOVABLE : Medium.NOT_SEEN,
        unmapped.text("origin_evidence"),
        unmapped.text("origin_path"),
        unmapped.text("origin_passport"));
  }
}
