package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.util.ArrayList;
import java.util.List;

/**
 * A record's header: small, never erased, hashed into the tree exactly as stored.
 *
 * @param seq the record's place in the log, from 0
 * @param type such as {@code usb.attach}
 * @param wall ms since 1970 UTC by the machine's clock, not trusted
 * @param mono µs since the agent's start, by the monotonic clock
 * @param boot UUID of that start
 * @param bodies what the leaf promises of its body parts, in order
 * @param fields all of the header, with the small typed values of its type
 */
public record Leaf(
    long seq,
    String type,
    long wall,
    long mono,
    String boot,
    List<Promise> bodies,
    Json.Obj fields) {
  /** Schema version that is written; readers refuse others, but still verify hashes. */
  public static final int VERSION = 1;

  /** Longest leaf, in bytes. */
  public static final int MOST_BYTES = 4096;

  public Leaf {
    bodies = List.copyOf(bodies);
  }

  /**
   * What a leaf says of one body part.
   *
   * @param commitment SHA-256(salt ‖ data)
   * @param length of the data in bytes
   * @param contentType media type
   * @param bodyClass word of the retention class
   */
  public record Promise(Hash commitment, long length, String contentType, String bodyClass) {
    Json.Obj json() {
      return Json.object()
          .put("h", commitment.base64())
          .put("n", length)
          .put("ct", contentType)
          .put("cls", bodyClass);
    }
  }

  /** The type that a stored leaf names, without reading the rest of it; "" if it names none. */
  public static String typeOf(byte[] bytes) {
    return Json.outerText(bytes, "type", "");
  }

  /**
   * Reads a header.
   *
   * @throws EvidenceException if it is no header of version 1
   */
  public static Leaf parse(byte[] bytes) throws EvidenceException {
    if (bytes.length > MOST_BYTES) {
      throw new EvidenceException(
          "a leaf of " + bytes.length + " bytes; at most " + MOST_BYTES + " are allowed");
    }
    try {
      Json.Obj o = Json.parse(bytes);
      if (o.number("v") != VERSION) {
        throw new EvidenceException(
            "leaf version "
                + o.number("v")
                + " is not known; this program reads version "
                + VERSION);
      }
      List<Promise> bodies = new ArrayList<>();
      for (Json.Obj b : o.objects("body")) {
        bodies.add(
            new Promise(Hash.ofBase64(b.text("h")), b.number("n"), b.text("ct"), b.text("cls")));
      }
      return new Leaf(
          o.number("seq"),
          o.text("type"),
          o.number("wall"),
          o.number("mono"),
          o.text("boot"),
          bodies,
          o);
    } catch (JsonException e) {
      throw new EvidenceException("not a leaf: " + e.getMessage(), e);
    }
  }

  /** The canonical bytes of a header. */
  static byte[] bytes(
      long seq,
      String type,
      long wall,
      long mono,
      String boot,
      List<Promise> bodies,
      Json.Obj fields) {
    Json.Obj leaf =
        Json.object()
            .putAll(fields)
            .put("v", VERSION)
            .put("seq", seq)
            .put("type", type)
            .put("wall", wall)
            .put("mono", mono)
            .put("boot", boot)
            .put("body", bodies.stream().map(Promise::json).toList());
    return leaf.canonical();
  }

  /**
   * Refuses a body part that is not the one this leaf promised.
   *
   * @throws EvidenceException naming the record, what was found and what was promised
   */
  public void check(BodyPart part) throws EvidenceException {
    if (part.index() != seq || part.part() < 0 || part.part() >= bodies.size()) {
      throw new EvidenceException(
          "record " + seq + " has no body part " + part.index() + "." + part.part());
    }
    Promise promise = bodies.get(part.part());
    if (part.salt().length != BodyPart.SALT_LENGTH
        || part.data().length != promise.length()
        || !part.commitment().equals(promise.commitment())) {
      throw new EvidenceException(
          "body "
              + seq
              + "."
              + part.part()
              + " is not the one the leaf promised: hash "
              + part.commitment()
              + " of "
              + part.data().length
              + " bytes, promised "
              + promise.commitment()
              + " of "
              + promise.length()
              + " bytes");
    }
  }
}
