package io.waybillguard.agent.platform.shared;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a log made into lines, as they come. Logs of Chinese programs are in UTF-8, in GBK (of
 * which GB 18030 is the larger), or in UTF-16 with a mark at the beginning; one file may mix the
 * first two, so each line is looked at by itself.
 */
final class LineReader {
  /** Bytes that a mark of the form may have. */
  static final int MARK = 3;

  /** Of a longer line the beginning is kept; no line that tells of a login is as long. */
  private static final int MOST_BYTES = 8192;

  private static final Charset GB18030 = Charset.forName("GB18030");

  /** How characters are put into bytes, by the mark at the file's beginning. */
  enum Form {
    /** Nothing was read yet. */
    UNKNOWN(1),
    /** One byte ends a line: UTF-8, GB 18030. */
    BYTES(1),
    UTF_16LE(2),
    UTF_16BE(2);

    private final int unit;

    Form(int unit) {
      this.unit = unit;
    }

    /** The form of a file that begins with these bytes (Unicode 15.0, section 23.8). */
    static Form of(ByteBuffer beginning) {
      if (beginning.remaining() >= 2) {
        int mark =
            ((beginning.get(beginning.position()) & 0xFF) << 8)
                | (beginning.get(beginning.position() + 1) & 0xFF);
        if (mark == 0xFFFE) {
          return UTF_16LE;
        }
        if (mark == 0xFEFF) {
          return UTF_16BE;
        }
      }
      return BYTES;
    }
  }

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final List<String> whole = new ArrayList<>();
  private Form form;
  private long pending;

  /** The first byte of a character of two, while the second has not come. */
  private int half = -1;

  LineReader(Form form) {
    this.form = form;
  }

  Form form() {
    return form;
  }

  /** Bytes that were given and belong to a line that has no end yet. */
  long pending() {
    return pending;
  }

  /** Forgets what was given, and goes on with what comes. */
  void skip() {
    line.reset();
    whole.clear();
    pending = 0;
    half = -1;
  }

  void add(ByteBuffer more) {
    if (form == Form.UNKNOWN && more.hasRemaining()) {
      form = Form.of(more);
    }
    while (more.hasRemaining()) {
      int next = more.get() & 0xFF;
      pending++;
      if (form.unit == 1) {
        take(next, next, -1);
      } else if (half < 0) {
        half = next;
      } else {
        int character = form == Form.UTF_16LE ? next << 8 | half : half << 8 | next;
        take(character, half, next);
        half = -1;
      }
    }
  }

  private void take(int character, int first, int second) {
    if (character == '\n') {
      whole.add(text());
      line.reset();
      pending = 0;
    } else if (line.size() < MOST_BYTES) {
      line.write(first);
      if (second >= 0) {
        line.write(second);
      }
    }
  }

  /** The lines that have ended since this was asked last. */
  List<String> lines() {
    List<String> lines = List.copyOf(whole);
    whole.clear();
    return lines;
  }

  private String text() {
    byte[] bytes = line.toByteArray();
    String text =
        switch (form) {
          case UTF_16LE -> new String(bytes, StandardCharsets.UTF_16LE);
          case UTF_16BE -> new String(bytes, StandardCharsets.UTF_16BE);
          default -> ofBytes(bytes);
        };
    int from = text.startsWith("\uFEFF") ? 1 : 0;
    int to = text.endsWith("\r") ? text.length() - 1 : text.length();
    return text.substring(from, Math.max(from, to));
  }

  private static String ofBytes(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, GB18030); // what is neither comes with replacement characters
    }
  }
}
