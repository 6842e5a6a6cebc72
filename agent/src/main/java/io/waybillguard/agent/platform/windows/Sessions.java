package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.platform.win32.Wtsapi32;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sessions by the functions of wtsapi32. What one of them does not tell is "not told" and no
 * failure: Wine answers few, and a session may end between two questions.
 */
final class Sessions {
  // wtsapi32.h: WTS_INFO_CLASS
  static final int USER_NAME = 5;
  static final int DOMAIN_NAME = 7;
  static final int CLIENT_NAME = 10;
  static final int CLIENT_ADDRESS = 14;
  static final int PROTOCOL = 16;
  static final int INFO_EX = 25;

  /** WTSClientProtocolType: 0 console, 1 legacy, 2 RDP. */
  static final int BY_RDP = 2;

  /** WTS_SESSION_INFOW on x64. */
  static final int ROW_SIZE = 24;

  static final int ROW_SESSION = 0;
  static final int ROW_STATE = 16;

  private static final int VERSION = 1;

  /** WTS_CURRENT_SERVER_HANDLE. */
  private static final @Nullable HANDLE THIS_MACHINE = null;

  private final Wtsapi32 wts;
  private final KernelMore more;
  private final Kernel32 kernel;
  private final Libraries libraries;

  Sessions(Libraries libraries) {
    this.libraries = libraries;
    wts = libraries.load("wtsapi32", Wtsapi32.class);
    more = libraries.load("kernel32", KernelMore.class);
    kernel = libraries.load("kernel32", Kernel32.class);
  }

  /** A row of the list. */
  record Row(int session, int state) {}

  /**
   * All there are.
   *
   * @throws IOException if the system does not list them, or lists none: there is always one
   */
  List<Row> list() throws IOException {
    PointerByReference rows = new PointerByReference();
    IntByReference count = new IntByReference();
    if (!wts.WTSEnumerateSessions(THIS_MACHINE, 0, VERSION, rows, count)) {
      throw Win32.failure("WTSEnumerateSessions", "cannot list the sessions of this machine");
    }
    Pointer first = rows.getValue();
    if (first == null || count.getValue() == 0) {
      throw new IOException("this system lists no sessions, not even this one");
    }
    try {
      List<Row> found = new ArrayList<>();
      for (int i = 0; i < count.getValue(); i++) {
        Pointer row = first.share((long) i * ROW_SIZE);
        found.add(new Row(row.getInt(ROW_SESSION), row.getInt(ROW_STATE)));
      }
      return found;
    } finally {
      wts.WTSFreeMemory(first);
    }
  }

  /** All of it at once, where the system tells. */
  Optional<SessionInfo> info(int session, boolean locksSwapped) {
    return SessionInfo.of(told(session, INFO_EX), locksSwapped);
  }

  String text(int session, int what) {
    String text = new String(told(session, what), StandardCharsets.UTF_16LE);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  String clientAddress(int session) {
    return ClientAddress.of(told(session, CLIENT_ADDRESS));
  }

  boolean isByRdp(int session) {
    byte[] protocol = told(session, PROTOCOL);
    return protocol.length >= 2 && protocol[0] == BY_RDP && protocol[1] == 0;
  }

  /** What is told of one thing; empty when nothing is. */
  private byte[] told(int session, int what) {
    PointerByReference answer = new PointerByReference();
    IntByReference length = new IntByReference();
    if (!wts.WTSQuerySessionInformation(THIS_MACHINE, session, what, answer, length)) {
      return new byte[0];
    }
    @Nullable Pointer told = answer.getValue();
    if (told == null) {
      return new byte[0];
    }
    try {
      return told.getByteArray(0, length.getValue());
    } finally {
      wts.WTSFreeMemory(told);
    }
  }

  /**
   * The session of the keyboard and screen of this machine; empty while none is connected to them.
   */
  Optional<Integer> atConsole() {
    int session = more.WTSGetActiveConsoleSessionId();
    return session == -1 ? Optional.empty() : Optional.of(session);
  }

  /** The session that this process runs in; a service's is 0. */
  int own() throws IOException {
    IntByReference session = new IntByReference();
    if (!kernel.ProcessIdToSessionId(kernel.GetCurrentProcessId(), session)) {
      throw Win32.failure("ProcessIdToSessionId", "cannot ask for the session of this process");
    }
    return session.getValue();
  }

  /** Whether the numbers for locked and unlocked are exchanged on this system. */
  boolean areLocksSwapped() throws IOException {
    return !WindowsVersion.of(libraries).isAtLeast(6, 2);
  }
}
