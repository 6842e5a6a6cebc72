package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Winsvc.SC_HANDLE;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import org.jspecify.annotations.Nullable;

/** The functions of advapi32 for services that jna-platform lacks (winsvc.h). */
interface ServiceConfig extends StdCallLibrary {
  /** Changes what {@code CreateService} set. */
  boolean ChangeServiceConfig(
      SC_HANDLE service,
      int type,
      int start,
      int error,
      String command,
      @Nullable String group,
      @Nullable IntByReference tag,
      @Nullable String needs,
      @Nullable String account,
      @Nullable String password,
      String title);

  /**
   * Sets one of the further properties.
   *
   * @param info the structure of that level
   */
  boolean ChangeServiceConfig2(SC_HANDLE service, int level, Pointer info);

  /** Reads one of the further properties; error 122 tells how much room it needs. */
  boolean QueryServiceConfig2(
      SC_HANDLE service, int level, @Nullable Pointer info, int room, IntByReference needed);

  /** Reads what {@code CreateService} set: QUERY_SERVICE_CONFIGW with its strings behind it. */
  boolean QueryServiceConfig(
      SC_HANDLE service, @Nullable Pointer info, int room, IntByReference needed);
}
