package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.win32.StdCallLibrary;
import org.jspecify.annotations.Nullable;

/** Functions of kernel32 that jna-platform lacks. */
interface KernelMore extends StdCallLibrary {
  /** A bit a drive letter, A first (fileapi.h). */
  int GetLogicalDrives();

  /** The session at the console, or all ones while there is none (winbase.h). */
  int WTSGetActiveConsoleSessionId();

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

  /** Frees memory that another call took for its answer (winbase.h). */
  @Nullable Pointer LocalFree(Pointer memory);
}
