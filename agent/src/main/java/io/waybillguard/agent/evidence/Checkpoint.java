package io.waybillguard.agent.evidence;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a log: its name, how many leaves it has, and their root (C2SP tlog-checkpoint;
 * exactly three lines, since extension lines cannot be audited).
 *
 * @param origin the log's name
 * @param size ≥ 0
 * @param root of the RFC 6962 tree
 */
public record Checkpoint(String origin, long size, Hash root) {
  private static final Pattern TEXT =
      Pattern.compile("([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n");
  private static final Pattern ORIGIN = Pattern.compile("[a-z0-9.-]{1,120}/agent/([0-9a-f]{16})");

  /**
   * Reads the text of a note.
   *
   * @throws EvidenceException if it is no checkpoint of three lines
   */
  public static Checkpoint parse(String text) throws EvidenceException {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      throw new EvidenceException(
          "not a checkpoint of three lines (origin, size, root): \"" + brief(text) + "\"");
    }
    VerifierKey.checkName(m.group(1));
    try {
      return new Checkpoint(m.group(1), Long.parseLong(m.group(2)), Hash.ofBase64(m.group(3)));
    } catch (NumberFormatException e) {
      throw new EvidenceException("tree size " + m.group(2) + " is out of range", e);
    }
  }

  /** The three lines. */
  public String text() {
    return origin + "\n" + size + "\n" + root.base64() + "\n";
  }

  /** This head, signed. */
  public SignedNote signedBy(SigningKey key) {
    return new SignedNote(text(), java.util.List.of(key.sign(text())));
  }

  /**
   * The id that a log has from its first key: 16 hex digits. Identity is pinned to a key, never to
   * what a peer says.
   */
  public static String logId(VerifierKey first) {
    return Hash.sha256(first.raw()).hex().substring(0, 16);
  }

  /** The origin of an agent's log. */
  public static String origin(String domain, String logId) {
    return domain + "/agent/" + logId;
  }

  /**
   * The log id in an agent's origin.
   *
   * @throws EvidenceException if it is not of the form {@code <domain>/agent/<16 hex digits>}
   */
  public static String logIdOf(String origin) throws EvidenceException {
    Matcher m = ORIGIN.matcher(origin);
    if (!m.matches()) {
      throw new EvidenceException(
          "\""
              + brief(origin)
              + "\" is not the origin of an agent's log (<domain>/agent/<16 hex digits>)");
    }
    return m.group(1);
  }

  private static String brief(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
