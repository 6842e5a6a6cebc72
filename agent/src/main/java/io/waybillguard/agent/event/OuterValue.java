package io.waybillguard.agent.event;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds one value of the outermost object in bytes as this product writes them (RFC 8785: no white
 * space, no escapes in our keys), without a reader's tables and texts. It decides nothing that it
 * is not sure of: whatever is spelled in another way is for a reader to say.
 */
final class OuterValue {
  private final byte[] text;
  private final byte[] key;
  private int at;

  private OuterValue(byte[] text, String key) {
    this.text = text;
    this.key = key.getBytes(StandardCharsets.UTF_8);
  }

  /** The integer behind a key; empty when it is not there or not spelled as we do. */
  static OptionalLong number(byte[] text, String key) {
    return new OuterValue(text, key).number();
  }

  /** The text behind a key; empty when it is not there, or is not plain ASCII. */
  static Optional<String> text(byte[] text, String key) {
    return new OuterValue(text, key).text();
  }

  private OptionalLong number() {
    if (!find()) {
      return OptionalLong.empty();
    }
    final boolean negative = now() == '-';
    if (negative) {
      at++;
    }
    int first = at;
    long read = 0;
    // 15 digits are less than 2^53; a leading zero is no JSON.
    for (; now() >= '0' && now() <= '9' && at - first < 15; at++) {
      read = 10 * read + now() - '0';
    }
    boolean whole = at > first && isEndOfValue() && (text[first] != '0' || at == first + 1);
    return whole ? OptionalLong.of(negative ? -read : read) : OptionalLong.empty();
  }

  private Optional<String> text() {
    if (!find() || now() != '"') {
      return Optional.empty();
    }
    int first = ++at;
    while (now() >= ' ' && now() != '"' && now() != '\\') {
      at++;
    }
    return now() == '"'
        ? Optional.of(new String(text, first, at - first, StandardCharsets.ISO_8859_1))
        : Optional.empty();
  }

  /** Goes to the value behind the key. */
  private boolean find() {
    if (now() != '{') {
      return false;
    }
    do {
      at++;
      if (now() != '"') {
        return false;
      }
      int first = at + 1;
      if (!skipString() || now() != ':') {
        return false;
      }
      int length = at - 1 - first;
      at++;
      if (length == key.length && isKeyAt(first)) {
        return true;
      }
      if (!skipValue()) {
        return false;
      }
    } while (now() == ',');
    return false;
  }

  private boolean isKeyAt(int first) {
    for (int i = 0; i < key.length; i++) {
      if (text[first + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  /** The byte here; one that is no part of any JSON at the end. */
  private byte now() {
    return at < text.length ? text[at] : 0;
  }

  private boolean isEndOfValue() {
    return now() == ',' || now() == '}';
  }

  /** From a quotation mark to behind the one that ends it. */
  private boolean skipString() {
    for (at++; at < text.length; at++) {
      if (text[at] == '"') {
        at++;
        return true;
      }
      if (text[at] == '\\') {
        at++;
      }
    }
    return false;
  }

  /** To the comma or bracket behind a value. */
  private boolean skipValue() {
    int depth = 0;
    while (at < text.length) {
      switch (text[at]) {
        case '"' -> {
          if (!skipString()) {
            return false;
          }
          continue;
        }
        case '{', '[' -> depth++;
        case '}', ']' -> {
          if (depth == 0) {
            return true;
          }
          depth--;
        }
        case ',' -> {
          if (depth == 0) {
            return true;
          }
        }
        default -> {
          // part of a number, true or false, or of what is inside
        }
      }
      at++;
    }
    return false;
  }
}
