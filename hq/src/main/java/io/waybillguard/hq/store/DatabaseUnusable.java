package io.waybillguard.hq.store;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A database that HQ cannot work with, for a reason that a person can mend. */
public final class DatabaseUnusable extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why not. In brackets what {@link #values} holds after the database's name. */
  public enum Reason {
    /** The URL is not one of a PostgreSQL database. */
    BAD_URL,
    /** The URL carries a password. */
    PASSWORD_IN_URL,
    /** Nothing answers there [what was tried]. */
    UNREACHABLE,
    /** It takes no such user or password [the server's words]. */
    LOGIN_REFUSED,
    /** The server has no such database [its words]. */
    NO_SUCH_DATABASE,
    /** The server is too old [its version, the oldest that serves]. */
    TOO_OLD,
    /** The server would lose what it has confirmed [the setting]. */
    NOT_DURABLE,
    /** The user may not do what HQ needs [the server's words]. */
    NOT_PERMITTED,
    /** No HQ was ever served from it. */
    EMPTY,
    /** A newer HQ made its tables [their version, the newest known]. */
    NEWER,
    /** An older HQ made its tables [their version, the one needed]. */
    OLDER,
    /** It belongs to an HQ with other keys [the folder, the keys it belongs to]. */
    OTHER_KEYS,
    /** The folder's HQ was served from another database [the folder]. */
    OTHER_DATABASE,
    /** The folder has an embedded database [the folder]. */
    EMBEDDED_THERE,
    /** Anything else [the database's words]. */
    FAILED;

    /** The key of its sentence. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Reason reason;
  private final List<String> values;

  DatabaseUnusable(Reason reason, String database, String... values) {
    this(null, reason, database, values);
  }

  DatabaseUnusable(@Nullable Throwable cause, Reason reason, String database, String... values) {
    super(database + ": " + reason.word() + " " + List.of(values), cause);
    this.reason = reason;
    this.values = Stream.concat(Stream.of(database), Stream.of(values)).toList();
  }

  /** Why not. */
  public Reason reason() {
    return reason;
  }

  /** The database's name for people, and then what {@link Reason} says. */
  public List<String> values() {
    return values;
  }
}
