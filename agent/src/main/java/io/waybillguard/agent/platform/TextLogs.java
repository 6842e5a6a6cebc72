package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What other programs write into their logs, line by line, each line once: also what they wrote
 * while nobody looked. One thread.
 */
public interface TextLogs {
  /**
   * A whole line.
   *
   * @param pattern the pattern by which its file was found, as it was asked for
   * @param file the file that it stands in
   * @param text without its end
   */
  record Line(String pattern, Path file, String text) {}

  /**
   * What came since the last look.
   *
   * @param lines in the order of each file
   * @param lost what was written and cannot be read any more, one sentence for each file
   * @param more whether there is more to be read at once
   */
  record Added(List<Line> lines, List<String> lost, boolean more) {
    public Added {
      lines = List.copyOf(lines);
      lost = List.copyOf(lost);
    }
  }

  /**
   * Begins where {@link #save} left off. Without that, what is in the files already is not told; a
   * file that comes later is told from its beginning.
   *
   * @return what of it was damaged: those logs are read from now on only, and a new one is begun
   * @throws IOException if what was saved cannot be read; says what to do
   */
  List<StateFile.Damage> open() throws IOException;

  /** What came since. A file that cannot be read is no error: its program may not be here. */
  Added look();

  /**
   * The folders in which a change may be a new line, as they are now; none where the system has
   * other ways to tell of one.
   */
  Set<Path> folders();

  /**
   * Keeps how far everything was read, for the next {@link #open}.
   *
   * @throws IOException if it cannot be written
   */
  void save() throws IOException;
}
