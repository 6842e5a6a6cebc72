package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.FileRef;
import java.util.List;

/**
 * A file that was read.
 *
 * @param path as the machine knows it
 * @param text its content, cut where it is longer than anybody writes; "" for a link that is taken
 *     as such
 * @param link what it points to when it is a symbolic link, or ""
 * @param account whose home it lies in, or ""
 * @param owner the account that owns it, or ""
 */
record Source(String path, String text, String link, String account, String owner) {
  String name() {
    return FileRef.nameOf(path);
  }

  /** The name of the folder that it lies in. */
  String folder() {
    int cut = path.lastIndexOf('/');
    return cut <= 0 ? "" : FileRef.nameOf(path.substring(0, cut));
  }

  /** Its lines without blanks at both ends, without empty ones and without {@code #} comments. */
  List<String> lines() {
    return text.lines().map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith("#")).toList();
  }

  /** Those lines, with those that end in a backslash joined to the next. */
  List<String> joinedLines() {
    return withText(text.replaceAll("\\\\\\r?\\n[ \\t]*+", " ")).lines();
  }

  private Source withText(String other) {
    return new Source(path, other, link, account, owner);
  }
}
