package io.waybillguard.agent.platform.shared;

import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.win32.StdCallLibrary;
import org.jspecify.annotations.Nullable;

/** How {@code kernel32.dll} opens what has a name, and lets go of it. */
public interface KernelFiles extends StdCallLibrary {
  /** Opens what is there and nothing else (fileapi.h). */
  int OPEN_EXISTING = 3;

  /** Reading, writing and deleting: nobody is kept from anything while it is open (winnt.h). */
  int SHARE_ALL = 7;

  /**
   * Opens a file or a device; what cannot be opened is all ones (INVALID_HANDLE_VALUE, fileapi.h).
   */
  Pointer CreateFileW(
      WString name,
      int access,
      int share,
      @Nullable Pointer security,
      int disposition,
      int flags,
      @Nullable Pointer template);

  /** Lets go of what another call opened (handleapi.h). */
  boolean CloseHandle(Pointer handle);
}
