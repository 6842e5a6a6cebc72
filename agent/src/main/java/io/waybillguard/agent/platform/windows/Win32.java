package io.waybillguard.agent.platform.windows;

import com.sun.jna.Native;
import com.sun.jna.platform.win32.Kernel32Util;
import com.sun.jna.platform.win32.WinNT.HRESULT;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.HexFormat;

/** What all calls have in common: how they fail. */
final class Win32 {
  // winerror.h
  static final int ERROR_SUCCESS = 0;
  static final int ERROR_FILE_NOT_FOUND = 2;
  static final int ERROR_ACCESS_DENIED = 5;
  static final int ERROR_NOT_READY = 21;
  static final int ERROR_NOT_SUPPORTED = 50;
  static final int ERROR_CALL_NOT_IMPLEMENTED = 120;
  static final int ERROR_INSUFFICIENT_BUFFER = 122;
  static final int ERROR_INVALID_LEVEL = 124;
  static final int ERROR_MORE_DATA = 234;
  static final int ERROR_NO_MORE_ITEMS = 259;
  static final int ERROR_NOT_FOUND = 1168;

  private Win32() {}

  /**
   * The failure of the call that was just made. To be called at once: any other call, even one that
   * succeeds, may set the error anew.
   *
   * @param call the function's name as its documentation has it, without the W of its characters
   * @param what was to be done, such as {@code cannot open the manager of services}
   */
  static IOException failure(String call, String what) {
    return failure(call, what, Native.getLastError());
  }

  /** The failure of a call that returned its error. */
  static IOException failure(String call, String what, int code) {
    return code == ERROR_ACCESS_DENIED
        ? new AccessDeniedException(what, null, word(call, code))
        : new IOException(what + ": " + word(call, code));
  }

  /**
   * The failure of a call of ntdll.
   *
   * @param status an NTSTATUS (ntstatus.h), for which the system has no text of its own
   */
  static IOException refused(String call, String what, int status) {
    return new IOException(what + ": " + call + ", status 0x" + HexFormat.of().toHexDigits(status));
  }

  /** What the system says of the call that was just made, as {@link #word(String, int)}. */
  static String word(String call) {
    return word(call, Native.getLastError());
  }

  /**
   * What the system says of an error, in its own language, with the function that told it and the
   * number that can be looked up: {@code Access is denied. (OpenSCManager, error 5)}.
   */
  static String word(String call, int code) {
    String text;
    try {
      text = Kernel32Util.formatMessage(new HRESULT(code)).strip();
    } catch (RuntimeException | LinkageError e) {
      text = ""; // the system has no text for it, or is no Windows
    }
    String source = call + ", error " + code;
    return text.isEmpty() ? source : text + " (" + source + ")";
  }
}
