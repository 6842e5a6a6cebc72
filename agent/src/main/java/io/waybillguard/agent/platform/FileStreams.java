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
        public List<String> names(Path file) {
          return List.of();
        }

        @Override
        public long size(Path file, String name) throws IOException {
          throw new IOException(file + " has no stream " + name);
        }

        @Override
        public InputStream open(Path file, String name) throws IOException {
          throw new IOException(file + " has no stream " + name);
        }
      };

  /**
   * The names of a file's streams, without the unnamed one that is its content; none where the disk
   * keeps no streams.
   *
   * @param file a regular file; links are not followed
   * @throws IOException if it cannot be asked: mostly because it is gone
   */
  List<String> names(Path file) throws IOException;

  /** The bytes in a stream. */
  long size(Path file, String name) throws IOException;

  /** Why streams are not seen though files may have some, or "". */
  default String unseen() {
    return "";
  }

  /** The content of a stream, from its beginning. The caller closes it. */
  InputStream open(Path file, String name) throws IOException;
}
