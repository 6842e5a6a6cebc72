package io.waybillguard.hq.http;

import io.javalin.http.Context;
import io.waybillguard.agent.report.wire.ImpliedHashes;
import io.waybillguard.agent.report.wire.Limits;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.ingest.Rejected;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads request bodies without ever holding more than their limit. */
final class Bodies {
  private Bodies() {}

  /** A body that comes as it is. */
  static byte[] plain(Context request, int limit) throws Rejected, IOException {
    String encoding = request.header("Content-Encoding");
    if (encoding != null && !encoding.equals("identity")) {
      throw Rejected.because(
          415, Refusal.MALFORMED, "Content-Encoding " + encoding + " is not taken here");
    }
    try {
      return read(request.req().getInputStream(), limit, "the body");
    } catch (EOFException e) {
      // Nobody may be left to read it; but it is the sender's fault, and no failure of HQ's.
      throw Rejected.because(400, Refusal.MALFORMED, "the body ends before its length");
    }
  }

  /** A segment as the mirror takes it, in whichever of its two codings it came. */
  static Segment segment(Context request) throws Rejected, IOException {
    boolean lean = ImpliedHashes.CODINGS.equals(request.header("Content-Encoding"));
    byte[] came = lean ? inflated(request) : gzip(request);
    try {
      Segment segment = Segment.decode(came);
      return lean ? ImpliedHashes.putBack(segment) : segment;
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  /** A body that is packed with gzip and nothing else. */
  static byte[] gzip(Context request) throws Rejected, IOException {
    if (!"gzip".equals(request.header("Content-Encoding"))) {
      throw Rejected.because(415, Refusal.MALFORMED, "a segment comes with Content-Encoding: gzip");
    }
    return inflated(request);
  }

  /** Inflates until either limit is met. */
  private static byte[] inflated(Context request) throws Rejected, IOException {
    try (Counted packed = new Counted(request.req().getInputStream());
        GZIPInputStream unpacked = new GZIPInputStream(packed, 1 << 16)) {
      return read(unpacked, Limits.SEGMENT_UNPACKED, "the unpacked segment");
    } catch (PackedTooLarge e) {
      throw Rejected.because(
          413,
          Refusal.TOO_LARGE,
          "the packed segment is over " + Limits.SEGMENT_PACKED + " bytes; send less");
    } catch (ZipException | EOFException e) {
      throw Rejected.because(400, Refusal.MALFORMED, "not gzip: " + e.getMessage());
    }
  }

  private static byte[] read(InputStream in, int limit, String what) throws Rejected, IOException {
    byte[] bytes = in.readNBytes(limit);
    if (bytes.length == limit && in.read() >= 0) {
      throw Rejected.because(
          413, Refusal.TOO_LARGE, what + " is over " + limit + " bytes; send less");
    }
    return bytes;
  }

  private static final class PackedTooLarge extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Stops a packed body at its limit. */
  private static final class Counted extends FilterInputStream {
    private long left = Limits.SEGMENT_PACKED;

    private Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      return read < 0 ? read : count(1, read);
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
      int read = in.read(to, at, length);
      return read < 0 ? read : count(read, read);
    }

    private int count(int bytes, int answer) throws IOException {
      left -= bytes;
      if (left < 0) {
        throw new PackedTooLarge();
      }
      return answer;
    }
  }
}
