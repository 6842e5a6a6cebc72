package io.waybillguard.hq.console;

import io.javalin.http.Context;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers with a file, or with the piece of it that is asked for (RFC 9110, section 14: one range
 * of bytes from a place on), so that a download that broke off goes on.
 */
final class FileAnswer {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,15})-([0-9]{0,15})");

  private FileAnswer() {}

  static void send(Context request, Path file, String type) throws IOException {
    long all = Files.size(file);
    long from = 0;
    long to = all - 1;
    request.header("Accept-Ranges", "bytes").contentType(type);
    Matcher range = RANGE.matcher(Optional.ofNullable(request.header("Range")).orElse(""));
    if (range.matches()) {
      from = Long.parseLong(range.group(1));
      to = range.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(range.group(2)));
      if (from > to) {
        request.status(416).header("Content-Range", "bytes */" + all);
        return;
      }
      request.status(206).header("Content-Range", "bytes " + from + "-" + to + "/" + all);
    }
    InputStream in = Files.newInputStream(file);
    in.skipNBytes(from);
    request.result(new Piece(in, to - from + 1));
  }

  /** A stream that ends after so many bytes. */
  private static final class Piece extends FilterInputStream {
    private long left;

    private Piece(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      int next = left > 0 ? super.read() : -1;
      left -= next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int at, int length) throws IOException {
      int got = left > 0 ? super.read(bytes, at, (int) Math.min(left, length)) : -1;
      left -= Math.max(0, got);
      return got;
    }
  }
}
