package io.waybillguard.agent.event;

import java.util.Locale;

/**
 * Where a new program came from, and how that is known.
 *
 * @param medium whether it came off a removable medium
 * @param how what the answer rests on: {@code same_hash} (the same bytes lie on the medium), {@code
 *     same_process} (written by a process that had read from the medium, or whose child had),
 *     {@code on_medium} (it lies on the medium itself), {@code none}
 * @param source the path on the medium, or ""
 * @param passport the passport of the USB device that carried it, or ""
 * @param way how it came to the place where it lies, as far as that could be told
 * @param host the host that it was downloaded from, where the file tells; or ""
 */
public record Origin(
    Medium medium, String how, String source, String passport, Way way, String host) {

  /** Nothing points to a removable medium; that is not proof that it came from elsewhere. */
  public static final Origin NOT_SEEN_ON_MEDIUM = new Origin(Medium.NOT_SEEN, "none", "", "");

  /** Of a way that is not known. */
  public Origin(Medium medium, String how, String source, String passport) {
    this(medium, how, source, passport, Way.UNKNOWN, "");
  }

  /** How a program came, whether off a medium or not. */
  public enum Way {
    /** Nothing tells. */
    UNKNOWN,
    /** Downloaded: by a browser, or a program that does what one does. */
    BROWSER,
    /** Received in a chat. */
    CHAT,
    /** Unpacked. */
    ARCHIVE,
    /** Installed with a package of the system. */
    PACKAGE,
    /** Sent from another computer. */
    REMOTE;

    private static Way of(String word) {
      return word.isEmpty() ? UNKNOWN : valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The word in the record; "" when nothing tells. */
    public String word() {
      return this == UNKNOWN ? "" : name().toLowerCase(Locale.ROOT);
    }
  }

  /** The same, come this way. */
  public Origin by(Way cameBy, String from) {
    return new Origin(medium, how, source, passport, cameBy, from);
  }

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
        .unmapped("origin_passport", passport)
        .unmapped("came_by", way.word())
        .unmapped("came_from", host);
  }

  /** What {@link #unmappedInto} wrote. */
  static Origin recalled(Recalled unmapped) {
    return new Origin(
        unmapped.text("origin").equals("removable") ? Medium.REMOVABLE : Medium.NOT_SEEN,
        unmapped.text("origin_evidence"),
        unmapped.text("origin_path"),
        unmapped.text("origin_passport"),
        Way.of(unmapped.text("came_by")),
        unmapped.text("came_from"));
  }
}
