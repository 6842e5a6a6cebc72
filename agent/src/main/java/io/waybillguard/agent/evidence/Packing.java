package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * How a body lies on the desk's disk. What is hashed, sent and exported is the body as it was
 * sealed; on disk it may be deflated, by a dictionary of what all bodies have in common. Used by
 * one thread.
 */
final class Packing implements AutoCloseable {
  /** The bytes themselves. */
  static final int PLAIN = 0;

  /** Raw deflate (RFC 1951), with {@link #DICTIONARY_1}. */
  static final int DEFLATED_1 = 1;

  /**
   * Bytes of the largest body that is packed. A row that says it unfolds into more was not written
   * by us.
   */
  static final int MOST_BYTES = 1 << 20;

  /**
   * Events in OCSF with their values left out, the most frequent last, where references to them are
   * shortest. Never changes: what was written by it can only be read by it. Another one is another
   * form.
   */
  static final byte[] DICTIONARY_1 = dictionary("bodies-1.dictionary");

  /**
   * The last so many bytes are always taken in: they hold what all events have in common, and some
   * text of most. With a quarter of that bodies are a tenth larger, with more they are not smaller.
   */
  private static final int LEAST_SAMPLES = 2048;

  /**
   * Where in the dictionary the sample of a type of event begins. A body is deflated by the
   * dictionary from there on: to take in all of it costs more than the body itself, and the samples
   * before it are of others. References count backwards from the body, so whoever unfolds it needs
   * not know.
   */
  private static final Map<String, Integer> SAMPLES = samples();

  /** Room that is kept for packing: most bodies are a quarter of it, a few are larger. */
  private static final int ROOM = 4096;

  private final byte[] room = new byte[ROOM];
  private @Nullable Deflater deflater;
  private @Nullable Inflater inflater;

  /** A body as it lies on disk. The array is handed over, not copied. */
  static final class Packed {
    private final int form;
    private final byte[] data;

    private Packed(int form, byte[] data) {
      this.form = form;
      this.data = data;
    }

    /** {@link #PLAIN} or {@link #DEFLATED_1}. */
    int form() {
      return form;
    }

    /** To be read by its form. */
    byte[] data() {
      return data;
    }
  }

  /**
   * The shorter one of the forms.
   *
   * @param type of the record
   */
  Packed pack(String type, byte[] body) {
    if (body.length > MOST_BYTES) {
      return new Packed(PLAIN, body);
    }
    Deflater packer = deflater;
    if (packer == null) {
      packer = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
      deflater = packer;
    }
    packer.reset();
    int sample = SAMPLES.getOrDefault(type, 0);
    packer.setDictionary(DICTIONARY_1, sample, DICTIONARY_1.length - sample);
    packer.setInput(body);
    packer.finish();
    byte[] packed = body.length <= ROOM ? room : new byte[body.length];
    int length = packer.deflate(packed, 0, body.length);
    return packer.finished() && length < body.length
        ? new Packed(DEFLATED_1, Arrays.copyOf(packed, length))
        : new Packed(PLAIN, body);
  }

  /**
   * The body as it was sealed. What was changed on disk so that it does not unfold is given as it
   * lies: it is not what the leaf promised, and who checks it says so of that one record.
   */
  byte[] unpack(int form, byte[] data) {
    if (form != DEFLATED_1) {
      return data;
    }
    Inflater unfolder = inflater;
    if (unfolder == null) {
      unfolder = new Inflater(true);
      inflater = unfolder;
    }
    unfolder.reset();
    unfolder.setDictionary(DICTIONARY_1);
    unfolder.setInput(data);
    // One more than there may be: with the last byte read, the end is seen, too.
    byte[] body = new byte[Math.min(MOST_BYTES + 1, 1024 + 4 * data.length)];
    int length = 0;
    try {
      while (!unfolder.finished()) {
        if (length == body.length) {
          body = Arrays.copyOf(body, Math.min(MOST_BYTES + 1, 2 * length));
        }
        int more = unfolder.inflate(body, length, body.length - length);
        length += more;
        if (length > MOST_BYTES || (more == 0 && !unfolder.finished())) {
          return data; // more than we ever pack, or it ends before its end
        }
      }
      return unfolder.getRemaining() == 0 ? Arrays.copyOf(body, length) : data;
    } catch (DataFormatException e) {
      return data;
    }
  }

  private static byte[] dictionary(String name) {
    try (InputStream in = Packing.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("this program has no " + name + "; install it anew");
      }
      // One event a line, for who reads the file; the line ends are no part of it.
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("\\R", "")
          .getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Integer> samples() {
    // In ISO 8859-1 each byte is a character, so places are those of the bytes.
    String all = new String(DICTIONARY_1, StandardCharsets.ISO_8859_1);
    String code = "\"event_code\":\"";
    Map<String, Integer> samples = new HashMap<>();
    for (int at = all.indexOf(code); at >= 0; at = all.indexOf(code, at + 1)) {
      int type = at + code.length();
      samples.put(
          all.substring(type, all.indexOf('"', type)),
          Math.min(all.lastIndexOf("{\"activity_id\"", at), DICTIONARY_1.length - LEAST_SAMPLES));
    }
    return Map.copyOf(samples);
  }

  @Override
  public void close() {
    if (deflater != null) {
      deflater.end();
      deflater = null;
    }
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
