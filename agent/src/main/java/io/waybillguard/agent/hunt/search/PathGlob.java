package io.waybillguard.agent.hunt.search;

import java.util.regex.Pattern;

/**
 * Paths as people write them for many desks: {@code *} is any part of one name, {@code **} any
 * folders, {@code ?} one character. A path of Windows fits in either case.
 */
public final class PathGlob {
  private static final Pattern WINDOWS = Pattern.compile("(?i)[a-z?*]:[\\\\/].*");

  private final String written;
  private final Pattern pattern;

  /**
   * @throws IllegalArgumentException if it is no whole path: such begin with {@code /}, a drive or
   *     {@code **}
   */
  public PathGlob(String written) {
    boolean windows = WINDOWS.matcher(written).matches();
    if (!windows && !written.startsWith("/") && !written.startsWith("**")) {
      throw new IllegalArgumentException(
          "a path begins with /, a drive such as C:\\, or **; this one is " + written);
    }
    this.written = written;
    boolean eitherCase = windows || written.indexOf('\\') >= 0;
    this.pattern =
        Pattern.compile(
            expression(written),
            Pattern.DOTALL | (eitherCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0));
  }

  private static String expression(String glob) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      boolean doubled = c == '*' && i + 1 < glob.length() && glob.charAt(i + 1) == '*';
      if (doubled) {
        i++;
        boolean folders = i + 1 < glob.length() && isSeparator(glob.charAt(i + 1));
        // "**/x" is also "x" in the folder itself.
        out.append(folders ? "(?:.*[/\\\\])?" : ".*");
        i += folders ? 1 : 0;
      } else if (c == '*') {
        out.append("[^/\\\\]*");
      } else if (c == '?') {
        out.append("[^/\\\\]");
      } else if (isSeparator(c)) {
        out.append("[/\\\\]");
      } else {
        out.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return out.toString();
  }

  private static boolean isSeparator(char c) {
    return c == '/' || c == '\\';
  }

  /** As it was written. */
  public String written() {
    return written;
  }

  /** Whether a path fits. */
  public boolean fits(String path) {
    return pattern.matcher(path).matches();
  }

  /** The folder above everything that can fit, ending without a separator; "" for all folders. */
  public String below() {
    int wild = written.length();
    for (char c : new char[] {'*', '?'}) {
      int at = written.indexOf(c);
      wild = at >= 0 ? Math.min(wild, at) : wild;
    }
    String fixed = written.substring(0, wild);
    int cut = Math.max(fixed.lastIndexOf('/'), fixed.lastIndexOf('\\'));
    return cut <= 0 ? "" : fixed.substring(0, cut);
  }
}
