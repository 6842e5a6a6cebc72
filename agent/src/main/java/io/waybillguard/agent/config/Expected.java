package io.waybillguard.agent.config;

/**
 * What a setting may hold, as far as a person must be told.
 *
 * @param kind the kind of value
 * @param least the smallest allowed, as it is written in the file; "" where there is no range
 * @param most the largest allowed, likewise
 */
public record Expected(Kind kind, String least, String most) {
  static final Expected SWITCH = new Expected(Kind.SWITCH, "", "");
  static final Expected DOMAIN = new Expected(Kind.DOMAIN, "", "");
  static final Expected FOLDERS = new Expected(Kind.FOLDERS, "", "");
  static final Expected PROGRAMS = new Expected(Kind.PROGRAMS, "", "");
  static final Expected ALLOWED = new Expected(Kind.ALLOWED, "", "");
  static final Expected DISPOSALS = new Expected(Kind.DISPOSALS, "", "");
  static final Expected SECTION = new Expected(Kind.SECTION, "", "");

  static final Expected WORDS = new Expected(Kind.WORDS, "", "");
  static final Expected PEERS = new Expected(Kind.PEERS, "", "");
  static final Expected SEVERITY = new Expected(Kind.SEVERITY, "", "");
  static final Expected QUIET = new Expected(Kind.QUIET, "", "");
  static final Expected PHONE = new Expected(Kind.PHONE, "", "");
  static final Expected SCANNER = new Expected(Kind.SCANNER, "", "");
  static final Expected TITLE = new Expected(Kind.TITLE, "", "");
  static final Expected HOURS = new Expected(Kind.HOURS, "", "");

  /** Kinds of value. */
  public enum Kind {
    /** A whole number. */
    COUNT,
    /** A whole number and a unit of time. */
    TIME,
    /** A whole number and a unit of bytes. */
    SIZE,
    /** {@code true} or {@code false}. */
    SWITCH,
    /** A list of words in square brackets. */
    WORDS,
    /** Addresses, networks and host names. */
    PEERS,
    /** From a time of day to another, or {@code any}. */
    HOURS,
    /** From a time of day to another, or {@code none}. */
    QUIET,
    /** {@code low}, {@code medium}, {@code high} or {@code critical}. */
    SEVERITY,
    /** A telephone number as people write it, or nothing. */
    PHONE,
    /** A USB device: {@code 0c2e:0b61}, perhaps with {@code serial:…} or {@code port:…}. */
    SCANNER,
    /** What people call it: one line of at most 100 characters. */
    TITLE,
    /** A DNS name in lower case. */
    DOMAIN,
    /** Absolute paths of folders. */
    FOLDERS,
    /**
     * Absolute paths of executables, each alone or with a blank and {@code sha256:} and its hash.
     */
    PROGRAMS,
    /**
     * Programs, each by {@code sha256:} and its hash, {@code package:} and a name, or {@code
     * signer:} and the hash of a certificate.
     */
    ALLOWED,
    /** {@code end_session}, {@code block}, {@code usb}, {@code quarantine}, in brackets. */
    DISPOSALS,
    /** Settings below this key, indented. */
    SECTION
  }
}
