package io.waybillguard.agent.evidence;

/** Numbers as C2SP formats write them: ASCII decimal, no sign, no leading zero. */
public final class Decimal {
  private Decimal() {}

  /**
   * The number, 0 to 2^63-1.
   *
   * @throws EvidenceException if it is spelt otherwise or out of range
   */
  public static long parse(String text) throws EvidenceException {
    if (!text.matches("0|[1-9][0-9]{0,18}")) {
      throw new EvidenceException(
          "\""
              + (text.length() > 40 ? text.substring(0, 40) + "…" : text)
              + "\" is no plain decimal number");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new EvidenceException(text + " is out of range", e);
    }
  }
}
