package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * The registry of Windows, to be read. A key is named from its root: {@code
 * HKEY_LOCAL_MACHINE\SOFTWARE}; case does not matter. It is the 64-bit view; that of 32-bit
 * programs is below {@code WOW6432Node}. May be used by any thread.
 */
public interface Registry {
  /** Of a system that has none: nothing is there. */
  Registry NONE =
      new Registry() {
        @Override
        public List<String> keys(String key) throws IOException {
          throw new NoSuchFileException(key);
        }

        @Override
        public List<Value> values(String key) throws IOException {
          throw new NoSuchFileException(key);
        }
      };

  /**
   * A value.
   *
   * @param name or "" for the one without
   * @param text a text as it is stored, with its {@code %NAMES%}; texts of a list with line feeds
   *     between; a number in decimal; bytes in lower-case hex, cut where nobody reads on
   */
  record Value(String name, String text) {}

  /**
   * Names of the keys right below a key.
   *
   * @throws NoSuchFileException if the key is not there
   * @throws java.nio.file.AccessDeniedException if it may not be read
   */
  List<String> keys(String key) throws IOException;

  /**
   * The values of a key.
   *
   * @throws NoSuchFileException if the key is not there
   * @throws java.nio.file.AccessDeniedException if it may not be read
   */
  List<Value> values(String key) throws IOException;
}
