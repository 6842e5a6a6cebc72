package io.waybillguard.agent.sense.program.pe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One element of ASN.1 in distinguished encoding (ITU-T X.690): tags of one byte, lengths that are
 * told. Written by anybody: nothing is read beyond the element's own bytes.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTETS = 0x04;
  static final int OBJECT_ID = 0x06;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  /** The number of a context-specific, constructed tag. */
  static final int CONTEXT = 0xa0;

  /** More parts than this has no signature that we know of. */
  private static final int MOST_PARTS = 1_000;

  private final byte[] bytes;
  private final int start;
  private final int content;
  private final int end;

  private Der(byte[] bytes, int start, int content, int end) {
    this.bytes = bytes;
    this.start = start;
    this.content = content;
    this.end = end;
  }

  /** The element that begins these bytes; what follows it is not looked at. */
  static Der of(byte[] bytes) throws DamagedException {
    return at(bytes, 0, bytes.length);
  }

  private static Der at(byte[] bytes, int start, int limit) throws DamagedException {
    if (start + 2 > limit) {
      throw new DamagedException("an element is cut off");
    }
    int first = bytes[start + 1] & 0xff;
    int content = start + 2;
    long length = first;
    if (first >= 0x80) {
      int more = first & 0x7f;
      if (more == 0 || more > 4 || content + more > limit) {
        throw new DamagedException("an element does not tell its length");
      }
      length = 0;
      for (int i = 0; i < more; i++) {
        length = (length << 8) | (bytes[content++] & 0xff);
      }
    }
    if (content + length > limit) {
      throw new DamagedException("an element is longer than what holds it");
    }
    return new Der(bytes, start, content, (int) (content + length));
  }

  int tag() {
    return bytes[start] & 0xff;
  }

  boolean is(int tag) {
    return tag() == tag;
  }

  /** This, if it has that tag. */
  Der as(int tag, String what) throws DamagedException {
    if (!is(tag)) {
      throw new DamagedException("no " + what);
    }
    return this;
  }

  /** The elements in it. */
  List<Der> parts() throws DamagedException {
    List<Der> parts = new ArrayList<>();
    for (int at = content; at < end; ) {
      Der part = at(bytes, at, end);
      parts.add(part);
      if (parts.size() > MOST_PARTS) {
        throw new DamagedException("an element has more than " + MOST_PARTS + " parts");
      }
      at = part.end;
    }
    return parts;
  }

  Der part(int index, String what) throws DamagedException {
    List<Der> parts = parts();
    if (index >= parts.size()) {
      throw new DamagedException("no " + what);
    }
    return parts.get(index);
  }

  byte[] content() {
    return Arrays.copyOfRange(bytes, content, end);
  }

  /** The whole element, tag and length too. */
  byte[] whole() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** The whole element with another tag. */
  byte[] wholeAs(int tag) {
    byte[] whole = whole();
    whole[0] = (byte) tag;
    return whole;
  }

  /** An object identifier in its dotted form (X.690, 8.19); "" when this is none. */
  String objectId() {
    if (!is(OBJECT_ID) || content == end) {
      return "";
    }
    StringBuilder dotted = new StringBuilder();
    long number = 0;
    for (int at = content; at < end; at++) {
      number = (number << 7) | (bytes[at] & 0x7f);
      if (number > Integer.MAX_VALUE) {
        return "";
      }
      if ((bytes[at] & 0x80) == 0) {
        if (dotted.length() == 0) {
          long first = Math.min(2, number / 40);
          dotted.append(first).append('.').append(number - 40 * first);
        } else {
          dotted.append('.').append(number);
        }
        number = 0;
      }
    }
    return dotted.toString();
  }
}
