package io.waybillguard.agent.platform.shared;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;

/** JNA, the library that every native call of the agent goes through. */
public final class NativeCalls {
  private NativeCalls() {}

  /** Where its native part for this system lies among the program's resources. */
  public static String library() {
    return "/com/sun/jna/" + Platform.RESOURCE_PREFIX + "/" + System.mapLibraryName("jnidispatch");
  }

  /**
   * Its version, after its native part was really loaded.
   *
   * @throws IOException if that does not load: on a processor that it does not know, or where
   *     nothing in the temporary folder may be run
   */
  public static String version() throws IOException {
    try {
      // The size of a pointer is asked of the native part.
      return Native.VERSION + " (" + Native.POINTER_SIZE * 8 + " bit)";
    } catch (LinkageError e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }
}
