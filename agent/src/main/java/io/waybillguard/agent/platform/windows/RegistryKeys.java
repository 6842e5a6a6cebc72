package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code advapi32} for the registry that we call (winreg.h), and keys held open.
 * Their result is the error itself.
 */
final class RegistryKeys {
  static final int ERROR_SUCCESS = 0;
  static final int ERROR_FILE_NOT_FOUND = 2;
  static final int ERROR_PATH_NOT_FOUND = 3;
  static final int ERROR_ACCESS_DENIED = 5;
  static final int ERROR_MORE_DATA = 234;
  static final int ERROR_NO_MORE_ITEMS = 259;
  static final int ERROR_KEY_DELETED = 1018;

  static final int KEY_READ = 0x20019;
  static final int KEY_WOW64_64KEY = 0x100;

  static final int REG_NOTIFY_CHANGE_NAME = 1;
  static final int REG_NOTIFY_CHANGE_LAST_SET = 4;

  /** The roots are numbers that are sign-extended to a handle (winreg.h). */
  private static final long HKEY_LOCAL_MACHINE = (int) 0x80000002L;

  private static final long HKEY_USERS = (int) 0x80000003L;
  private static final long HKEY_CURRENT_USER = (int) 0x80000001L;

  /** {@code advapi32.dll}. */
  interface Advapi extends StdCallLibrary {
    int RegOpenKeyExW(Pointer key, WString name, int options, int access, PointerByReference open);

    int RegCloseKey(Pointer key);

    int RegEnumKeyExW(
        Pointer key,
        int index,
        Memory name,
        IntByReference length,
        @Nullable Pointer reserved,
        @Nullable Pointer className,
        @Nullable Pointer classLength,
        @Nullable Pointer written);

    int RegEnumValueW(
        Pointer key,
        int index,
        Memory name,
        IntByReference length,
        @Nullable Pointer reserved,
        IntByReference type,
        Memory data,
        IntByReference size);

    int RegNotifyChangeKeyValue(
        Pointer key, boolean subtree, int filter, Pointer event, boolean asynchronous);
  }

  private final Advapi advapi;

  RegistryKeys(Libraries libraries) {
    advapi = libraries.load("advapi32", Advapi.class);
  }

  Advapi functions() {
    return advapi;
  }

  /**
   * Opens a key of the 64-bit view to be read and watched.
   *
   * @throws IOException by its kind: not there, or not permitted
   */
  Pointer open(String path) throws IOException {
    int cut = path.indexOf('\\');
    String root = (cut < 0 ? path : path.substring(0, cut)).toUpperCase(Locale.ROOT);
    long handle =
        switch (root) {
          case "HKEY_LOCAL_MACHINE" -> HKEY_LOCAL_MACHINE;
          case "HKEY_USERS" -> HKEY_USERS;
          case "HKEY_CURRENT_USER" -> HKEY_CURRENT_USER;
          default -> throw new NoSuchFileException(path, null, "no root of the registry");
        };
    PointerByReference open = new PointerByReference();
    int error =
        advapi.RegOpenKeyExW(
            new Pointer(handle),
            new WString(cut < 0 ? "" : path.substring(cut + 1)),
            0,
            KEY_READ | KEY_WOW64_64KEY,
            open);
    if (error != ERROR_SUCCESS) {
      throw failure("RegOpenKeyEx", path, error);
    }
    return open.getValue();
  }

  void close(Pointer key) {
    int unused = advapi.RegCloseKey(key); // fails for what is no open key only
  }

  static IOException failure(String call, String path, int error) {
    return switch (error) {
      case ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_KEY_DELETED ->
          new NoSuchFileException(path);
      case ERROR_ACCESS_DENIED -> new AccessDeniedException(path, null, Win32.word(call, error));
      default -> new FileSystemException(path, null, Win32.word(call, error));
    };
  }
}
