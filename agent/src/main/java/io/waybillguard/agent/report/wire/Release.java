package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the maker of a package says of it: a note signed with the release key, which is not HQ's. A
 * desk has the public half in its own package and installs nothing that this key did not sign,
 * whoever holds HQ.
 *
 * @param platform {@code linux-amd64}, {@code linux-arm64} or {@code windows-amd64}
 * @param version numbers with dots between, such as {@code 0.1.1}
 * @param sha256 of the package, lower-case hex
 * @param size of the package in bytes, 1 to {@link #MOST_BYTES}
 */
public record Release(String platform, String version, String sha256, long size) {
  /** Largest package, in bytes. */
  public static final long MOST_BYTES = 256L << 20;

  private static final String FIRST_LINE = "waybill-guard/release/v1";
  private static final Pattern PLATFORM = Pattern.compile("(linux|windows)-(amd64|arm64)");
  private static final Pattern VERSION = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6}){1,5}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,9}");

  /**
   * @throws IllegalArgumentException if a part is none
   */
  public Release {
    if (!PLATFORM.matcher(platform).matches()) {
      throw new IllegalArgumentException(
          "a package for \"" + platform + "\"; linux-amd64 is one, for example");
    }
    if (!isVersion(version)) {
      throw new IllegalArgumentException(
          "version \"" + version + "\" is not numbers with dots between, as 0.1.1");
    }
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException("\"" + sha256 + "\" is no SHA-256 in lower-case hex");
    }
    if (size < 1 || size > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a package of " + size + " bytes; 1 to " + MOST_BYTES + " are taken");
    }
  }

  /** Whether a text is a version that can be compared. */
  public static boolean isVersion(String text) {
    return VERSION.matcher(text).matches();
  }

  /**
   * Compares two versions, number by number; a missing one counts as 0.
   *
   * @return negative, 0 or positive, as the first is older, the same or newer
   */
  public static int compare(String version, String other) {
    String[] a = version.split("\\.");
    String[] b = other.split("\\.");
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      int order =
          Integer.compare(
              i < a.length ? Integer.parseInt(a[i]) : 0, i < b.length ? Integer.parseInt(b[i]) : 0);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * Whether one version is newer than another; of texts that are no versions nothing is.
   *
   * @see #isVersion
   */
  public static boolean isNewer(String version, String other) {
    return isVersion(version) && isVersion(other) && compare(version, other) > 0;
  }

  /** What is signed. */
  public String text() {
    return String.join("\n", FIRST_LINE, platform, version, sha256, String.valueOf(size), "");
  }

  /** It, signed. */
  public SignedNote signedBy(SigningKey key) {
    return new SignedNote(text(), List.of(key.sign(text())));
  }

  /**
   * What a note says, whoever signed it.
   *
   * @throws EvidenceException if it is no note about a package
   */
  public static Release of(String note) throws EvidenceException {
    String[] lines = SignedNote.parse(note).text().split("\n", -1);
    if (lines.length != 6
        || !lines[0].equals(FIRST_LINE)
        || !lines[5].isEmpty()
        || !SIZE.matcher(lines[4]).matches()) {
      throw new EvidenceException("it is no " + FIRST_LINE);
    }
    try {
      return new Release(lines[1], lines[2], lines[3], Long.parseLong(lines[4]));
    } catch (IllegalArgumentException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * What a note says, if this key signed it.
   *
   * @throws EvidenceException if not; the message says what is wrong
   */
  public static Release verified(String note, VerifierKey key) throws EvidenceException {
    if (!SignedNote.parse(note).isSignedBy(key)) {
      throw new EvidenceException("the package is not signed by the release key " + key.name());
    }
    return of(note);
  }
}
