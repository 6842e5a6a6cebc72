package io.waybillguard.agent.platform.windows;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.win32.W32APIOptions;

/**
 * The libraries of Windows. Every adapter is given them and takes its own functions from them, so
 * that a test can stand in for the system and let any one call fail.
 */
interface Libraries {
  /** This machine's. A function that a library lacks is missed when it is called first. */
  Libraries HERE =
      new Libraries() {
        @Override
        public <F extends Library> F load(String name, Class<F> functions) {
          return Native.load(name, functions, W32APIOptions.DEFAULT_OPTIONS);
        }
      };

  /**
   * Some functions of a library.
   *
   * @param name such as {@code kernel32}
   * @param functions by their names, with or without the W of those that take characters of 16 bits
   * @throws UnsatisfiedLinkError if there is no such library
   */
  <F extends Library> F load(String name, Class<F> functions);
}
