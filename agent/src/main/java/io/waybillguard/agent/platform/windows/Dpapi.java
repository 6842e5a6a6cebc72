package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Crypt32Util;
import com.sun.jna.platform.win32.Win32Exception;
import com.sun.jna.platform.win32.WinCrypt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The data protection of Windows ({@code CryptProtectData}), with this PC's own key and a word of
 * ours: bytes that are carried away with a copy of the disk's files, or a backup of them, are of no
 * use elsewhere.
 *
 * <p>Limit: the word is in this source, so a program on this PC that may read the file can take the
 * wrapping off. The folder's access list keeps it from that, as before.
 */
public final class Dpapi {
  // dpapi.h: by the PC's key, so that the service and an administrator's command both can; no
  // dialog.
  static final int LOCAL_MACHINE = WinCrypt.CRYPTPROTECT_LOCAL_MACHINE;
  static final int UI_FORBIDDEN = WinCrypt.CRYPTPROTECT_UI_FORBIDDEN;

  private static final byte[] WORD = "waybill-guard/secret/v1".getBytes(StandardCharsets.US_ASCII);

  private Dpapi() {}

  /**
   * Wraps.
   *
   * @throws IOException with the system's word if it does not
   */
  public static byte[] wrap(byte[] secret) throws IOException {
    try {
      return Crypt32Util.cryptProtectData(
          secret, WORD, LOCAL_MACHINE | UI_FORBIDDEN, "Waybill Guard", none());
    } catch (Win32Exception e) {
      throw failure("cannot wrap a secret", e);
    }
  }

  /**
   * Takes the wrapping off.
   *
   * @throws IOException with the system's word if it was not wrapped here
   */
  public static byte[] unwrap(byte[] wrapped) throws IOException {
    try {
      return Crypt32Util.cryptUnprotectData(wrapped, WORD, UI_FORBIDDEN, none());
    } catch (Win32Exception e) {
      throw failure("Windows cannot take the wrapping off", e);
    }
  }

  private static WinCrypt.@Nullable CRYPTPROTECT_PROMPTSTRUCT none() {
    return null;
  }

  private static IOException failure(String what, Win32Exception e) {
    return new IOException(what + ": error " + e.getErrorCode(), e);
  }
}
