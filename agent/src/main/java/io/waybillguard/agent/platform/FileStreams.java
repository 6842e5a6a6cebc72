package io.waybillguard.agent.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The named streams that a file has beside its content: no size counts them, the Explorer does not
 * show them, and a program runs from one. One thread.
 */
public interface FileStreams {
  /** A system whose files have none. */
  FileStreams NONE =
      new FileStreams() {
        @Override
        public List<Named> list(Path file) {
          return List.of();
        }

        @Override
        public InputStream open(Path file, String name) throws IOException {
          throw new IOException(file + " has no stream " + name);
        }
      };

  /**
   * A stream.
   *
   * @param name without the colons and the kind that stand around it
   * @param size in bytes
   */
  record Named(String name, long size) {}

  /**
   * A file's streams, without the unnamed one that is its content; none where the disk keeps no
   * streams.
   *
   * @param file a regular file
   * @throws IOException if it cannot be asked: mostly because it is gone
   */
  List<Named> list(Path file) throws IOException;

  /** Why streams are not seen though files may have some, or "". */
  default String unseen() {
    return "";
  }

  /** The content of a stream, from its beginning. The caller closes it. */
  InputStream open(Path file, String name) throws IOException;
}
