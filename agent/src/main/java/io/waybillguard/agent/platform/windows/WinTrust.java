package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import io.waybillguard.agent.platform.SignatureTrust.Certificate;
import io.waybillguard.agent.platform.shared.KernelFiles;
import io.waybillguard.agent.platform.shared.LongPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code wintrust.dll} (wintrust.h, mscat.h): each question with the file held open against
 * writers, with no dialog, and without the network.
 */
final class WinTrust implements WindowsTrust.Asker {
  private static final int MOST_CERTIFICATE = 64 << 10;
  private static final int MOST_HASH = 64;
  private static final int SHA1_LENGTH = 20;

  /**
   * What the search says when no catalogue knows the file. Its page only says that it gives none
   * then; that other errors are failures is what a stopped service of the catalogues needs.
   */
  private static final Set<Integer> IN_NONE =
      Set.of(Win32.ERROR_SUCCESS, Win32.ERROR_NO_MORE_ITEMS, Win32.ERROR_NOT_FOUND);

  /** {@code wintrust.dll}. Windows 7 and Wine lack those that end in 2. */
  interface Library extends StdCallLibrary {
    int WinVerifyTrust(Pointer window, Pointer action, Pointer data);

    @Nullable Pointer WTHelperProvDataFromStateData(Pointer state);

    @Nullable Pointer WTHelperGetProvSignerFromChain(
        Pointer provider, int signer, boolean counter, int counterSigner);

    @Nullable Pointer WTHelperGetProvCertFromChain(Pointer signer, int certificate);

    boolean CryptCATAdminAcquireContext(PointerByReference admin, Pointer system, int flags);

    boolean CryptCATAdminAcquireContext2(
        PointerByReference admin,
        Pointer system,
        WString algorithm,
        @Nullable Pointer policy,
        int flags);

    boolean CryptCATAdminCalcHashFromFileHandle(
        Pointer file, IntByReference length, Pointer hash, int flags);

    boolean CryptCATAdminCalcHashFromFileHandle2(
        Pointer admin, Pointer file, IntByReference length, Pointer hash, int flags);

    @Nullable Pointer CryptCATAdminEnumCatalogFromHash(
        Pointer admin, Pointer hash, int length, int flags, @Nullable PointerByReference previous);

    boolean CryptCATCatalogInfoFromContext(Pointer catalogue, Pointer info, int flags);

    boolean CryptCATAdminReleaseCatalogContext(Pointer admin, Pointer catalogue, int flags);

    boolean CryptCATAdminReleaseContext(Pointer admin, int flags);
  }

  private final Library wintrust;
  private final KernelMore kernel;

  WinTrust(Libraries libraries) {
    wintrust = libraries.load("wintrust", Library.class);
    kernel = libraries.load("kernel32", KernelMore.class);
  }

  @Override
  public WindowsTrust.Answer embedded(Path file) throws IOException {
    Pointer open = open(file);
    try (Memory path = NativeMemory.of(LongPath.of(file).toString());
        Memory subject = new Memory(WinTrustLayout.FILE_SIZE)) {
      subject.clear();
      subject.setInt(0, WinTrustLayout.FILE_SIZE);
      subject.setPointer(WinTrustLayout.FILE_PATH, path);
      subject.setPointer(WinTrustLayout.FILE_HANDLE, open);
      return verify(WinTrustLayout.CHOICE_FILE, subject, "");
    } finally {
      kernel.CloseHandle(open);
    }
  }

  /**
   * By SHA-256 where this system can, then by SHA-1, which older catalogues have. That it is in
   * none is said only where both ways could be gone.
   */
  @Override
  public Optional<WindowsTrust.Answer> byCatalogue(Path file) throws IOException {
    Pointer open = open(file);
    try {
      IOException failed = null;
      try {
        Optional<WindowsTrust.Answer> answer = byCatalogue(file, open, true);
        if (answer.isPresent()) {
          return answer;
        }
      } catch (IOException e) {
        failed = e;
      }
      Optional<WindowsTrust.Answer> answer = byCatalogue(file, open, false);
      if (answer.isEmpty() && failed != null) {
        throw failed;
      }
      return answer;
    } finally {
      kernel.CloseHandle(open);
    }
  }

  private Optional<WindowsTrust.Answer> byCatalogue(Path file, Pointer open, boolean sha256)
      throws IOException {
    Pointer admin;
    try {
      admin = acquired(sha256);
    } catch (UnsatisfiedLinkError e) {
      if (sha256) {
        return Optional.empty(); // Windows 7 or Wine: the other way is asked next
      }
      throw e;
    }
    try (Memory hash = new Memory(MOST_HASH)) {
      IntByReference length = new IntByReference(MOST_HASH);
      boolean hashed =
          sha256
              ? wintrust.CryptCATAdminCalcHashFromFileHandle2(admin, open, length, hash, 0)
              : wintrust.CryptCATAdminCalcHashFromFileHandle(open, length, hash, 0);
      if (!hashed) {
        throw Win32.failure(
            sha256 ? "CryptCATAdminCalcHashFromFileHandle2" : "CryptCATAdminCalcHashFromFileHandle",
            "cannot look for " + file + " in the catalogues of signatures");
      }
      Pointer catalogue =
          wintrust.CryptCATAdminEnumCatalogFromHash(admin, hash, length.getValue(), 0, null);
      if (catalogue == null) {
        int error = Native.getLastError();
        if (!IN_NONE.contains(error)) {
          throw Win32.failure(
              "CryptCATAdminEnumCatalogFromHash",
              "cannot look for " + file + " in the catalogues of signatures",
              error);
        }
        return Optional.empty();
      }
      try {
        return Optional.of(member(file, open, admin, catalogue, hash, length.getValue()));
      } finally {
        wintrust.CryptCATAdminReleaseCatalogContext(admin, catalogue, 0);
      }
    } catch (UnsatisfiedLinkError e) {
      if (sha256) {
        return Optional.empty(); // as above
      }
      throw e;
    } finally {
      wintrust.CryptCATAdminReleaseContext(admin, 0);
    }
  }

  private Pointer acquired(boolean sha256) throws IOException {
    PointerByReference admin = new PointerByReference();
    try (Memory system = guid(WinTrustLayout.DRIVER_VERIFY)) {
      boolean done =
          sha256
              ? wintrust.CryptCATAdminAcquireContext2(admin, system, new WString("SHA256"), null, 0)
              : wintrust.CryptCATAdminAcquireContext(admin, system, 0);
      if (!done) {
        throw Win32.failure(
            sha256 ? "CryptCATAdminAcquireContext2" : "CryptCATAdminAcquireContext",
            "cannot open the catalogues of signatures");
      }
      return admin.getValue();
    }
  }

  private WindowsTrust.Answer member(
      Path file, Pointer open, Pointer admin, Pointer catalogue, Memory hash, int length)
      throws IOException {
    try (Memory found = new Memory(WinTrustLayout.FOUND_SIZE);
        Memory member = NativeMemory.of(LongPath.of(file).toString());
        Memory tag = NativeMemory.of(WinTrustLayout.tag(hash.getByteArray(0, length)));
        Memory subject = new Memory(WinTrustLayout.CATALOG_SIZE)) {
      found.clear();
      found.setInt(0, WinTrustLayout.FOUND_SIZE);
      if (!wintrust.CryptCATCatalogInfoFromContext(catalogue, found, 0)) {
        throw Win32.failure(
            "CryptCATCatalogInfoFromContext",
            "cannot ask for the name of a catalogue of signatures");
      }
      String name = found.getWideString(WinTrustLayout.FOUND_PATH);
      try (Memory path = NativeMemory.of(name)) {
        boolean needsAdmin = length != SHA1_LENGTH;
        subject.clear();
        subject.setInt(
            0, needsAdmin ? WinTrustLayout.CATALOG_SIZE : WinTrustLayout.CATALOG_SIZE_OF_7);
        subject.setPointer(WinTrustLayout.CATALOG_PATH, path);
        subject.setPointer(WinTrustLayout.CATALOG_TAG, tag);
        subject.setPointer(WinTrustLayout.CATALOG_MEMBER, member);
        subject.setPointer(WinTrustLayout.CATALOG_HANDLE, open);
        subject.setPointer(WinTrustLayout.CATALOG_HASH, hash);
        subject.setInt(WinTrustLayout.CATALOG_HASH_LENGTH, length);
        if (needsAdmin) {
          subject.setPointer(WinTrustLayout.CATALOG_ADMIN, admin);
        }
        return verify(
            WinTrustLayout.CHOICE_CATALOG, subject, name.substring(name.lastIndexOf('\\') + 1));
      }
    }
  }

  private WindowsTrust.Answer verify(int choice, Memory subject, String catalogue) {
    try (Memory action = guid(WinTrustLayout.GENERIC_VERIFY);
        Memory data = new Memory(WinTrustLayout.DATA_SIZE)) {
      data.clear();
      data.setInt(0, WinTrustLayout.DATA_SIZE);
      data.setInt(WinTrustLayout.DATA_UI, WinTrustLayout.UI_NONE);
      data.setInt(WinTrustLayout.DATA_REVOCATION, WinTrustLayout.REVOKE_NONE);
      data.setInt(WinTrustLayout.DATA_CHOICE, choice);
      data.setPointer(WinTrustLayout.DATA_SUBJECT, subject);
      data.setInt(WinTrustLayout.DATA_ACTION, WinTrustLayout.ACTION_VERIFY);
      data.setInt(
          WinTrustLayout.DATA_FLAGS,
          WinTrustLayout.CACHE_ONLY_URL_RETRIEVAL | WinTrustLayout.REVOCATION_CHECK_NONE);
      // No window: INVALID_HANDLE_VALUE says that nobody is there to be asked.
      Pointer nobody = new Pointer(-1);
      int code = wintrust.WinVerifyTrust(nobody, action, data);
      try {
        return new WindowsTrust.Answer(
            code, signer(data.getPointer(WinTrustLayout.DATA_STATE)), catalogue);
      } finally {
        data.setInt(WinTrustLayout.DATA_ACTION, WinTrustLayout.ACTION_CLOSE);
        int unused = wintrust.WinVerifyTrust(nobody, action, data);
      }
    }
  }

  /** The first signer's own certificate; it is there until the state is closed. */
  private Certificate signer(@Nullable Pointer state) {
    Pointer provider = state == null ? null : wintrust.WTHelperProvDataFromStateData(state);
    Pointer signer =
        provider == null ? null : wintrust.WTHelperGetProvSignerFromChain(provider, 0, false, 0);
    Pointer its = signer == null ? null : wintrust.WTHelperGetProvCertFromChain(signer, 0);
    Pointer context = its == null ? null : its.getPointer(WinTrustLayout.PROVIDER_CERT);
    int length = context == null ? 0 : context.getInt(WinTrustLayout.CONTEXT_LENGTH);
    return context == null || length <= 0 || length > MOST_CERTIFICATE
        ? Certificate.NOT_TOLD
        : new Certificate(context.getPointer(WinTrustLayout.CONTEXT_BYTES).getByteArray(0, length));
  }

  private Pointer open(Path file) throws IOException {
    Pointer open =
        kernel.CreateFileW(
            LongPath.of(file),
            WinTrustLayout.GENERIC_READ,
            WinTrustLayout.FILE_SHARE_READ,
            null,
            KernelFiles.OPEN_EXISTING,
            0,
            null);
    if (Pointer.nativeValue(open) == -1) {
      throw Win32.failure("CreateFile", "cannot open " + file);
    }
    return open;
  }

  private static Memory guid(UUID guid) {
    return NativeMemory.of(DeviceKey.bytes(guid));
  }
}
