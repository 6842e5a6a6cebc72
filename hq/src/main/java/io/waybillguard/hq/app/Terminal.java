package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where a command writes: data to standard output, everything else to standard error. */
final class Terminal {
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean watched;

  /**
   * @param watched whether a person looks at it, so that progress makes sense
   */
  Terminal(InputStream in, PrintStream out, PrintStream err, boolean watched) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.watched = watched;
  }

  /** The terminal or pipes that the process was started with. Always UTF-8. */
  @SuppressWarnings("SystemConsoleNull") // asked for below
  static Terminal ofProcess() {
    // Java 22 and later give a Console to a pipe as well, unless asked for the plain one.
    System.setProperty("jdk.console", "java.base");
    return new Terminal(
        System.in,
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.console() != null);
  }

  /** Standard input. */
  BufferedReader reader() {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  PrintWriter writer() {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }

  /** One line of data. */
  void line(String text) {
    out.println(harmless(text));
  }

  /** One JSON document, on one line. */
  void json(Json.Obj document) {
    out.println(document);
  }

  /** One line that is not data. */
  void remark(String text) {
    err.println(harmless(text));
  }

  /** One line about what is wrong. */
  void complain(String sentence) {
    err.println(Main.NAME + ": " + harmless(sentence));
  }

  /** How far long work is; only where a person looks. The line is overwritten by the next one. */
  void progress(String text) {
    if (watched) {
      err.print("\r" + harmless(text) + "\u001b[K");
      err.flush();
    }
  }

  /** Ends a line of {@link #progress}. */
  void progressDone() {
    if (watched) {
      err.println();
    }
  }

  /** A table with columns as wide as their widest cell; CJK characters count twice. */
  void table(List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int width = width(row.get(i));
        if (i == widths.size()) {
          widths.add(width);
        } else if (width > widths.get(i)) {
          widths.set(i, width);
        }
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i)).append(" ".repeat(widths.get(i) - width(row.get(i)) + 2));
      }
      line(line.toString().stripTrailing());
    }
  }

  private static int width(String text) {
    return text.codePoints().map(c -> isWide(c) ? 2 : 1).sum();
  }

  // The blocks that our words use; Unicode Standard Annex 11 lists them as wide or full-width.
  private static boolean isWide(int c) {
    return (c >= 0x1100 && c <= 0x115F)
        || (c >= 0x2E80 && c <= 0xA4CF)
        || (c >= 0xAC00 && c <= 0xD7A3)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0xFE30 && c <= 0xFE6F)
        || (c >= 0xFF00 && c <= 0xFF60)
        || (c >= 0xFFE0 && c <= 0xFFE6)
        || (c >= 0x20000 && c <= 0x3FFFD);
  }

  /** Names from outside may hold escape sequences; none reaches a terminal. */
  private static String harmless(String text) {
    return text.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
