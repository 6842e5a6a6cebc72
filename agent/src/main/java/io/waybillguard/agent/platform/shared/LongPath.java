package io.waybillguard.agent.platform.shared;

import com.sun.jna.WString;
import java.nio.file.Path;

/**
 * Paths as calls of Windows take them. Without the prefix {@code \\?\} none may have more than 259
 * characters, unless this PC and the program both say that they may; with it, 32,767. Java's own
 * file functions see to that themselves, so this is for what is called by JNA. Pure.
 */
public final class LongPath {
  private static final String PREFIX = "\\\\?\\";
  private static final String NETWORK = "\\\\?\\UNC\\";

  /** A folder must leave room for a name of 8.3 in it: 12 of MAX_PATH's 260 (fileapi.h). */
  private static final int LONGEST_PLAIN = 247;

  private LongPath() {}

  /** What a call is given; a path that is short enough stays as it is. */
  public static WString of(Path path) {
    return new WString(of(path.toAbsolutePath().normalize().toString()));
  }

  /**
   * As text.
   *
   * @param path absolute, without {@code .} or {@code ..}: with the prefix these are names
   */
  public static String of(String path) {
    if (path.length() <= LONGEST_PLAIN || path.startsWith(PREFIX) || path.startsWith("\\\\.\\")) {
      return path;
    }
    return path.startsWith("\\\\") ? NETWORK + path.substring(2) : PREFIX + path;
  }

  /** As people and Java write what a call answers. */
  public static String plain(String path) {
    if (path.startsWith(NETWORK)) {
      return "\\\\" + path.substring(NETWORK.length());
    }
    return path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path;
  }
}
