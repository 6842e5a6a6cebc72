package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes. Data goes to standard output; what went wrong and how far it is go to
 * standard error.
 */
final class Terminal {
  private static final int MOST_READ = 4096;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Charset charset;
  private final boolean watched;
  private final Words words;
  private volatile OutputStream copy = OutputStream.nullOutputStream();

  /** A terminal that nothing is typed into. */
  Terminal(OutputStream out, OutputStream err, Charset charset, boolean watched, Words words) {
    this(InputStream.nullInputStream(), out, err, charset, watched, words);
  }

  /**
   * @param charset that the terminal shows; UTF-8 for a pipe
   * @param watched whether a person looks at it, so that a progress bar makes sense
   */
  Terminal(
      InputStream in,
      OutputStream out,
      OutputStream err,
      Charset charset,
      boolean watched,
      Words words) {
    this.in = in;
    this.out = new PrintStream(new Copying(out), false, charset);
    this.err = new PrintStream(new Copying(err), true, charset);
    this.charset = charset;
    this.watched = watched;
    this.words = words;
  }

  /** Writes to two places. */
  private final class Copying extends OutputStream {
    private final OutputStream first;

    Copying(OutputStream first) {
      this.first = first;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      first.write(bytes, from, length);
      copy.write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
      first.flush();
      copy.flush();
    }
  }

  /**
   * From now on, what is written goes to this stream as well, for a command that nobody watches. It
   * is for the caller to close, when the process does not end.
   */
  void copyTo(OutputStream into) {
    copy = into;
  }

  /** The terminal or pipes that the process was started with. */
  @SuppressWarnings("SystemConsoleNull") // "java.base" keeps the old promise: null for a pipe
  static Terminal ofProcess(Words words) {
    // Java 22 and later give a Console to a pipe as well, unless asked for the plain one.
    System.setProperty("jdk.console", "java.base");
    Console console = System.console();
    Charset charset = console == null ? StandardCharsets.UTF_8 : readable(console.charset());
    return new Terminal(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        charset,
        console != null,
        words);
  }

  /** A terminal in the C locale calls itself ASCII, yet shows UTF-8 like every other today. */
  private static Charset readable(Charset charset) {
    return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
  }

  /** Standard output for help texts, which are laid out already. */
  PrintWriter writer() {
    return new PrintWriter(new OutputStreamWriter(out, charset), true);
  }

  /** Says on standard output, in one line, what was done. */
  void say(String key, Object... args) {
    line(words.say(key, args));
  }

  /** Says on standard error, in one line, what a person may want to know; not an error. */
  void remark(String key, Object... args) {
    err.println(Columns.harmless(words.say(key, args)));
  }

  /** Says on standard error, in one line, what is wrong. */
  void complain(String sentence) {
    err.println(Main.NAME + ": " + Columns.harmless(sentence));
  }

  /** Writes one line to standard output. */
  void line(String text) {
    out.println(Columns.harmless(text));
  }

  /**
   * Writes one line to standard output, cut to what a person's window shows. A pipe gets all of it.
   */
  void row(String text) {
    String whole = Columns.harmless(text);
    out.println(watched ? Columns.cut(whole, Columns.WIDTH) : whole);
  }

  /** Writes a text of any length to standard output, its further lines under its first. */
  void item(String mark, String text) {
    String before = mark;
    for (String line : Columns.wrap(Columns.harmless(text), Columns.WIDTH - Columns.of(mark))) {
      out.println(before + line);
      before = " ".repeat(Columns.of(mark));
    }
  }

  /** Writes a text of several lines to standard output, each of them harmless. */
  void lines(String text) {
    text.lines().forEach(this::line);
  }

  /** The first line of standard input, cut where no sensible line is as long; "" for none. */
  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n' && line.size() < MOST_READ; b = in.read()) {
      line.write(b);
    }
    return line.toString(charset).strip();
  }

  /** Whether nobody reads standard output any more, as when a pipe's other end is closed. */
  boolean isGone() {
    return out.checkError();
  }

  /** Writes a table to standard output. */
  void table(Table table) {
    table.lines().forEach(out::println);
  }

  /** Writes one JSON document to standard output, on one line. Always in UTF-8 (RFC 8259). */
  void json(Json.Obj document) {
    out.flush();
    byte[] bytes = document.canonical();
    out.write(bytes, 0, bytes.length);
    out.println();
  }

  /**
   * A bar for long work.
   *
   * @param key of the words for the work
   * @param total how much there is to do
   */
  ProgressBar bar(String key, long total) {
    return new ProgressBar(err, watched, System::nanoTime, words, words.say(key), total);
  }

  /** To be called before the process ends: what was written is handed to the system. */
  void flush() {
    out.flush();
    err.flush();
  }
}
