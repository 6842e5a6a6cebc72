package io.waybillguard.agent.platform.windows;

import com.sun.jna.platform.win32.Crypt32;
import com.sun.jna.platform.win32.WinCrypt;
import com.sun.jna.platform.win32.WinCrypt.DATA_BLOB;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

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

  private final Crypt32 crypt;
  private final KernelMore kernel;

  public Dpapi() {
    this(Libraries.HERE);
  }

  Dpapi(Libraries libraries) {
    crypt = libraries.load("crypt32", Crypt32.class);
    kernel = libraries.load("kernel32", KernelMore.class);
  }

  /**
   * Wraps.
   *
   * @throws IOException with the system's word if it does not
   */
  public byte[] wrap(byte[] secret) throws IOException {
    DATA_BLOB wrapped = new DATA_BLOB();
    if (!crypt.CryptProtectData(
        new DATA_BLOB(secret),
        "Waybill Guard",
        new DATA_BLOB(WORD),
        null,
        null,
        LOCAL_MACHINE | UI_FORBIDDEN,
        wrapped)) {
      throw Win32.failure("CryptProtectData", "cannot wrap a secret");
    }
    return taken(wrapped);
  }

  /**
   * Takes the wrapping off.
   *
   * @throws IOException with the system's word if it was not wrapped here
   */
  public byte[] unwrap(byte[] wrapped) throws IOException {
    DATA_BLOB secret = new DATA_BLOB();
    if (!crypt.CryptUnprotectData(
        new DATA_BLOB(wrapped), null, new DATA_BLOB(WORD), null, null, UI_FORBIDDEN, secret)) {
      throw Win32.failure("CryptUnprotectData", "Windows cannot take the wrapping off");
    }
    return taken(secret);
  }

  /** A secret is not left in memory that is given back. */
  private byte[] taken(DATA_BLOB answer) {
    try {
      byte[] bytes = answer.getData();
      answer.pbData.clear(answer.cbData);
      return bytes;
    } finally {
      kernel.LocalFree(answer.pbData);
    }
  }
}
