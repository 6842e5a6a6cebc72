package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands for the person of a session and for the person's rights. For an administrator it is
 * the one without elevation, and stays that.
 */
final class PersonsToken implements AutoCloseable {
  // winnt.h
  static final int MAXIMUM_ALLOWED = 0x02000000;
  static final int SECURITY_IDENTIFICATION = 1;
  static final int TOKEN_PRIMARY = 1;
  static final int TOKEN_USER = 1;

  // winerror.h
  static final int ERROR_NO_TOKEN = 1008;
  static final int ERROR_PRIVILEGE_NOT_HELD = 1314;

  /** {@code wtsapi32.dll}. */
  interface Wts extends StdCallLibrary {
    boolean WTSQueryUserToken(int session, PointerByReference token);
  }

  /** {@code advapi32.dll}, as far as it knows tokens. */
  interface Tokens extends StdCallLibrary {
    boolean DuplicateTokenEx(
        Pointer token,
        int access,
        @Nullable Pointer security,
        int level,
        int type,
        PointerByReference copy);

    boolean GetTokenInformation(
        Pointer token, int kind, @Nullable Pointer info, int room, IntByReference needed);

    boolean ConvertSidToStringSid(Pointer sid, PointerByReference text);
  }

  private final Tokens tokens;
  private final KernelMore kernel;
  private final Pointer token;

  private PersonsToken(Tokens tokens, KernelMore kernel, Pointer token) {
    this.tokens = tokens;
    this.kernel = kernel;
    this.token = token;
  }

  /**
   * That of a session. Windows gives it to LocalSystem only.
   *
   * @return empty for a process that may not have it
   * @throws IOException if nobody is logged in there, or the system does not give it
   */
  static Optional<PersonsToken> of(Libraries libraries, int session) throws IOException {
    Tokens tokens = libraries.load("advapi32", Tokens.class);
    KernelMore kernel = libraries.load("kernel32", KernelMore.class);
    PointerByReference impersonation = new PointerByReference();
    if (!libraries.load("wtsapi32", Wts.class).WTSQueryUserToken(session, impersonation)) {
      int error = Native.getLastError();
      if (error == ERROR_PRIVILEGE_NOT_HELD || error == Win32.ERROR_ACCESS_DENIED) {
        return Optional.empty();
      }
      throw Win32.failure(
          "WTSQueryUserToken", "cannot act for the person of session " + session, error);
    }
    PointerByReference primary = new PointerByReference();
    try {
      if (!tokens.DuplicateTokenEx(
          impersonation.getValue(),
          MAXIMUM_ALLOWED,
          null,
          SECURITY_IDENTIFICATION,
          TOKEN_PRIMARY,
          primary)) {
        throw Win32.failure(
            "DuplicateTokenEx", "cannot start programs for the person of session " + session);
      }
    } finally {
      kernel.CloseHandle(impersonation.getValue());
    }
    return Optional.of(new PersonsToken(tokens, kernel, primary.getValue()));
  }

  Pointer handle() {
    return token;
  }

  /** The account's SID, such as {@code S-1-5-21-1004336348-1177238915-682003330-1001}. */
  String account() throws IOException {
    IntByReference needed = new IntByReference();
    if (!tokens.GetTokenInformation(token, TOKEN_USER, null, 0, needed)
        && Native.getLastError() != Win32.ERROR_INSUFFICIENT_BUFFER) {
      throw Win32.failure("GetTokenInformation", "cannot ask whose session it is");
    }
    try (Memory user = new Memory(needed.getValue())) {
      PointerByReference text = new PointerByReference();
      // TOKEN_USER: a SID_AND_ATTRIBUTES, which begins with where the SID is.
      if (!tokens.GetTokenInformation(
          token, TOKEN_USER, user, needed.getValue(), new IntByReference())) {
        throw Win32.failure("GetTokenInformation", "cannot ask whose session it is");
      }
      if (!tokens.ConvertSidToStringSid(user.getPointer(0), text)) {
        throw Win32.failure("ConvertSidToStringSid", "cannot ask whose session it is");
      }
      try {
        return text.getValue().getWideString(0);
      } finally {
        kernel.LocalFree(text.getValue());
      }
    }
  }

  @Override
  public void close() {
    kernel.CloseHandle(token);
  }
}
