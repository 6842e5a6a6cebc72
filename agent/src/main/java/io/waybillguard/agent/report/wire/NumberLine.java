package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.evidence.Decimal;
import io.waybillguard.agent.evidence.EvidenceException;
import java.nio.charset.StandardCharsets;

/** Answers that are one decimal number and a newline: a tree size, or an epoch. */
public final class NumberLine {
  /** {@code Content-Type} of a 409 that carries HQ's size (C2SP tlog-witness). */
  public static final String SIZE_TYPE = "text/x.tlog.size";

  /**
   * What a 403 of {@code add-checkpoint} begins with when HQ knows the log but none of the keys
   * that signed; the newest epoch that it knows follows.
   */
  private static final String UNKNOWN_EPOCH = "unknown epoch ";

  private NumberLine() {}

  /** The answer as sent. */
  public static byte[] encode(long number) {
    return (number + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads an answer.
   *
   * @throws WireException if it is not a plain decimal number and a newline
   */
  public static long decode(byte[] body) throws WireException {
    return number(text(body));
  }

  /** {@code unknown epoch N}: HQ has to be taught the keys after N before it can judge a head. */
  public static byte[] encodeUnknownEpoch(long newestKnown) {
    return (UNKNOWN_EPOCH + newestKnown + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The newest epoch that HQ knows, from the body of a 403.
   *
   * @throws WireException if the 403 has another reason
   */
  public static long decodeUnknownEpoch(byte[] body) throws WireException {
    String text = text(body);
    if (!text.startsWith(UNKNOWN_EPOCH)) {
      throw WireException.malformed("not the answer \"unknown epoch N\"");
    }
    return number(text.substring(UNKNOWN_EPOCH.length()));
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.US_ASCII);
  }

  private static long number(String line) throws WireException {
    if (!line.endsWith("\n")) {
      throw WireException.malformed("a number should end in a newline");
    }
    try {
      return Decimal.parse(line.substring(0, line.length() - 1));
    } catch (EvidenceException e) {
      throw new WireException(WireException.Fault.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }
}
