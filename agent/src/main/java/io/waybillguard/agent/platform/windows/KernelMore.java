package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import io.waybillguard.agent.platform.shared.KernelFiles;
import org.jspecify.annotations.Nullable;

/** Functions of kernel32 that jna-platform lacks. */
interface KernelMore extends KernelFiles {
  /** A bit a drive letter, A first (fileapi.h). */
  int GetLogicalDrives();

  /** The session at the console, or all ones while there is none (winbase.h). */
  int WTSGetActiveConsoleSessionId();

  /** Frees memory that another call took for its answer (winbase.h). */
  @Nullable Pointer LocalFree(Pointer memory);
}
