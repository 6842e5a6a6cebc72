package io.waybillguard.agent.platform;

import java.nio.file.Path;

/** What the system's packages brought. Called from one thread. */
public interface Packages {
  /** A system whose packages cannot be asked. */
  Packages UNKNOWN = file -> Owner.UNKNOWN;

  /**
   * The package that a path belongs to. Never fails: what cannot be read is unknown. Bounded in
   * time by the list of one package, and by that of all when they have changed since.
   *
   * @param file absolute, without links in its folders
   */
  Owner owner(Path file);

  /** Reads ahead what the first question would wait for. Changes no answer, and never fails. */
  default void readAhead() {}

  /** What is known. */
  enum Known {
    /** It belongs to a package. */
    OWNED,
    /** It belongs to none. */
    NONE,
    /** The packages of this system cannot be asked. */
    UNKNOWN
  }

  /**
   * The answer.
   *
   * @param name of the package, or ""
   * @param md5 of the content as it was packaged, lower-case hex; "" when the package does not tell
   */
  record Owner(Known known, String name, String md5) {
    /** Belongs to no package. */
    public static final Owner NONE = new Owner(Known.NONE, "", "");

    /** Cannot be said. */
    public static final Owner UNKNOWN = new Owner(Known.UNKNOWN, "", "");
  }
}
