package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What HQ has a desk do: a note signed by HQ's command key, and the arguments that its text is
 * bound to.
 *
 * @param id 32 hex digits, never used twice
 * @param to whom: a log's origin, {@code outlet/CODE}, or {@code *} for all
 * @param notBefore from when on it may be run, to the millisecond
 * @param expires until when it may be run, to the millisecond
 * @param type {@code pull}, {@code hold}, {@code release}, {@code erase}, {@code rekey}, or one
 *     that only newer desks know
 * @param args what it asks for
 */
public record Command(
    String id, String to, Instant notBefore, Instant expires, String type, Json.Obj args) {
  private static final String FIRST_LINE = "waybill-guard/command/v1";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_]{0,31}");
  private static final Pattern MILLIS = Pattern.compile("0|[1-9][0-9]{0,15}");

  /** Longest time between a command's two moments, in ms: 180 days. */
  private static final long LONGEST = 180L * 24 * 3600 * 1000;

  /**
   * @throws IllegalArgumentException if it cannot be written down, or lives longer than 180 days
   */
  public Command {
    if (!ID.matcher(id).matches() || !TYPE.matcher(type).matches()) {
      throw new IllegalArgumentException("no command: id \"" + id + "\", type \"" + type + "\"");
    }
    if (to.isEmpty() || to.length() > 200 || to.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a command to \"" + to + "\"");
    }
    long lives = expires.toEpochMilli() - notBefore.toEpochMilli();
    if (notBefore.toEpochMilli() < 0 || lives <= 0 || lives > LONGEST) {
      throw new IllegalArgumentException(
          "a command lives 1 ms to 180 days; this one is from " + notBefore + " to " + expires);
    }
  }

  /**
   * A command as it travels.
   *
   * @param note the signed note
   * @param args the arguments
   */
  public record Message(String note, Json.Obj args) {
    Json.Obj json() {
      return Json.object().put("note", note).put("args", args);
    }
  }

  /** What is signed. */
  public String text() {
    return String.join(
        "\n",
        FIRST_LINE,
        id,
        to,
        notBefore.toEpochMilli() + " " + expires.toEpochMilli(),
        type,
        Hash.sha256(args.canonical()).base64(),
        "");
  }

  /** It, signed. */
  public Message signedBy(SigningKey key) {
    return new Message(new SignedNote(text(), List.of(key.sign(text()))).toString(), args);
  }

  /**
   * The command in a message, if HQ's key signed it and its arguments are those that were signed.
   *
   * @throws EvidenceException if not; the message says what is wrong
   */
  public static Command verified(Message message, VerifierKey key) throws EvidenceException {
    SignedNote note = SignedNote.parse(message.note());
    if (!note.isSignedBy(key)) {
      throw new EvidenceException("it is not signed by " + key.name());
    }
    String[] lines = note.text().split("\n", -1);
    if (lines.length != 7 || !lines[0].equals(FIRST_LINE) || !lines[6].isEmpty()) {
      throw new EvidenceException("it is no " + FIRST_LINE);
    }
    String hash = Hash.sha256(message.args().canonical()).base64();
    if (!lines[5].equals(hash)) {
      throw new EvidenceException("its arguments have hash " + hash + ", signed is " + lines[5]);
    }
    String[] times = lines[3].split(" ", -1);
    if (times.length != 2
        || !MILLIS.matcher(times[0]).matches()
        || !MILLIS.matcher(times[1]).matches()) {
      throw new EvidenceException("its times are \"" + lines[3] + "\"");
    }
    try {
      return new Command(
          lines[1],
          lines[2],
          Instant.ofEpochMilli(Long.parseLong(times[0])),
          Instant.ofEpochMilli(Long.parseLong(times[1])),
          lines[4],
          message.args());
    } catch (IllegalArgumentException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether it is for a desk. */
  public boolean isFor(String origin, String outlet) {
    return to.equals("*") || to.equals(origin) || to.equals("outlet/" + outlet);
  }
}
