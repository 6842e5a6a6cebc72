package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Has a drive come and go under Wine without hardware, by the call with which Wine's own mount
 * manager is told of drives. Everybody else sees the drive through the ordinary API.
 *
 * <p>Run as a program, for the checks that are no JUnit tests: {@code add|remove LETTER
 * UNIX-FOLDER}.
 */
public final class MountManager {
  /** Wine 8.0, include/ddk/mountmgr.h: IOCTL_MOUNTMGR_DEFINE_UNIX_DRIVE. */
  private static final int DEFINE_UNIX_DRIVE = 0x6DC080;

  private static final int HEAD = 32;
  private static final int ROOM = 1 << 10;
  private static final int DDD_REMOVE_DEFINITION = 2;

  private MountManager() {}

  /** The program. */
  public static void main(String[] args) throws IOException {
    if (args.length == 3 && args[0].equals("add")) {
      add(args[1].charAt(0), args[2]);
    } else if (args.length == 2 && args[0].equals("remove")) {
      remove(args[1].charAt(0));
    } else {
      throw new IllegalArgumentException("add LETTER UNIX-FOLDER, or remove LETTER");
    }
  }

  /**
   * @param unixFolder may hold {@code .windows-label} and {@code .windows-serial}
   */
  static void add(char letter, String unixFolder) throws IOException {
    byte[] folder = (unixFolder + "\0").getBytes(StandardCharsets.UTF_8);
    try (Memory request = new Memory(ROOM)) {
      request.clear();
      request.setInt(0, HEAD + folder.length);
      request.setInt(4, WindowsVolumes.DRIVE_REMOVABLE);
      request.setShort(24, (short) Character.toLowerCase(letter));
      request.setShort(26, (short) HEAD);
      request.write(HEAD, folder, 0, folder.length);
      ask(request, HEAD + folder.length);
    }
  }

  static void remove(char letter) throws IOException {
    try (Memory request = new Memory(ROOM)) {
      request.clear();
      request.setInt(0, HEAD);
      request.setInt(4, WindowsVolumes.DRIVE_REMOVABLE);
      request.setShort(24, (short) Character.toLowerCase(letter));
      ask(request, HEAD);
    }
    // Without this the letter stays.
    if (!Kernel32.INSTANCE.DefineDosDevice(DDD_REMOVE_DEFINITION, letter + ":", null)) {
      throw Win32.failure("DefineDosDevice", "cannot take the letter " + letter + " away");
    }
  }

  private static void ask(Memory request, int length) throws IOException {
    HANDLE manager =
        Kernel32.INSTANCE.CreateFile(
            "\\\\.\\MountPointManager",
            WinNT.GENERIC_READ | WinNT.GENERIC_WRITE,
            0,
            null,
            WinNT.OPEN_EXISTING,
            0,
            null);
    if (WinBase.INVALID_HANDLE_VALUE.equals(manager)) {
      throw Win32.failure("CreateFile", "cannot open the mount manager");
    }
    try {
      if (!Kernel32.INSTANCE.DeviceIoControl(
          manager, DEFINE_UNIX_DRIVE, request, length, null, 0, new IntByReference(), null)) {
        throw Win32.failure("DeviceIoControl", "the mount manager refuses the drive");
      }
    } finally {
      Kernel32.INSTANCE.CloseHandle(manager);
    }
  }

  /** A path of this process as Unix knows it; by a function of Wine's own. */
  static String unix(Path path) {
    Pointer name =
        NativeLibrary.getInstance("kernel32")
            .getFunction("wine_get_unix_file_name")
            .invokePointer(new Object[] {new WString(path.toAbsolutePath().toString())});
    return name.getString(0, "UTF-8");
  }
}
