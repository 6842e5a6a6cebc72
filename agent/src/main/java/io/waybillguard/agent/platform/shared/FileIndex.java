package io.waybillguard.agent.platform.shared;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.win32.StdCallLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The number by which a volume of Windows knows a file, which Java does not pass on. When the file
 * was made tells nothing: a new file under a name that was just given up gets the old one's time
 * (NTFS "file system tunneling").
 */
final class FileIndex {
  /** BY_HANDLE_FILE_INFORMATION (fileapi.h). */
  static final int SIZE = 52;

  static final int VOLUME = 28;
  static final int HIGH = 44;
  static final int LOW = 48;

  // winnt.h, fileapi.h
  static final int FILE_READ_ATTRIBUTES = 0x80;

  /** Reading, writing and deleting: nobody is kept from anything while it is asked. */
  static final int SHARE_ALL = 7;

  static final int OPEN_EXISTING = 3;

  /** {@code kernel32.dll}, as far as it tells of files. */
  interface Kernel extends StdCallLibrary {
    Pointer CreateFileW(
        WString name,
        int access,
        int share,
        @Nullable Pointer security,
        int disposition,
        int flags,
        @Nullable Pointer template);

    boolean GetFileInformationByHandle(Pointer file, Memory information);

    boolean CloseHandle(Pointer handle);
  }

  private static final class Loaded {
    static final Kernel KERNEL = Native.load("kernel32", Kernel.class);
  }

  private FileIndex() {}

  /** That of a file, with its volume's; empty when it is not there, or has none. */
  static Optional<String> of(Path file) {
    Pointer open =
        Loaded.KERNEL.CreateFileW(
            LongPath.of(file), FILE_READ_ATTRIBUTES, SHARE_ALL, null, OPEN_EXISTING, 0, null);
    if (Pointer.nativeValue(open) == -1) {
      return Optional.empty();
    }
    try (Memory information = new Memory(SIZE)) {
      return Loaded.KERNEL.GetFileInformationByHandle(open, information)
          ? Optional.of(text(information.getByteArray(0, SIZE)))
          : Optional.empty();
    } finally {
      Loaded.KERNEL.CloseHandle(open);
    }
  }

  /** Volume and index in hex. Pure. */
  static String text(byte[] information) {
    ByteBuffer told = ByteBuffer.wrap(information).order(ByteOrder.LITTLE_ENDIAN);
    return String.format(
        Locale.ROOT, "%08x-%08x%08x", told.getInt(VOLUME), told.getInt(HIGH), told.getInt(LOW));
  }
}
