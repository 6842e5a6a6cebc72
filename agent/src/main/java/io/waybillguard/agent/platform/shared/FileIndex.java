package io.waybillguard.agent.platform.shared;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

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

  // winnt.h
  static final int FILE_READ_ATTRIBUTES = 0x80;

  /** {@code kernel32.dll}, as far as it tells of files. */
  interface Kernel extends KernelFiles {
    boolean GetFileInformationByHandle(Pointer file, Memory information);
  }

  private static final class Loaded {
    static final Kernel KERNEL = Native.load("kernel32", Kernel.class);
  }

  private FileIndex() {}

  /** That of a file, with its volume's; empty when it is not there, or has none. */
  static Optional<String> of(Path file) {
    Pointer open =
        Loaded.KERNEL.CreateFileW(
            LongPath.of(file),
            FILE_READ_ATTRIBUTES,
            KernelFiles.SHARE_ALL,
            null,
            KernelFiles.OPEN_EXISTING,
            0,
            null);
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
