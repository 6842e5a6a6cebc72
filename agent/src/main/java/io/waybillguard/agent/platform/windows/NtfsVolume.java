package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.shared.KernelFiles;
import io.waybillguard.agent.platform.shared.LongPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A disk of Windows by its drive letter: the journal's control codes of winioctl.h, and files by
 * their number. Only administrators and the system may open it.
 *
 * <p>It is held open, so a medium that somebody may want to take out is never given to it.
 */
final class NtfsVolume implements UsnVolume {
  static final int FSCTL_QUERY_USN_JOURNAL = 0x900f4;
  static final int FSCTL_READ_USN_JOURNAL = 0x900bb;

  /** USN_JOURNAL_DATA_V0 and READ_USN_JOURNAL_DATA_V0: sizes and where we read and write. */
  static final int JOURNAL_SIZE = 56;

  static final int JOURNAL_ID = 0;
  static final int JOURNAL_FIRST = 8;
  static final int JOURNAL_NEXT = 16;
  static final int READ_SIZE = 40;
  static final int READ_START = 0;
  static final int READ_REASONS = 8;
  static final int READ_JOURNAL = 32;

  /** FILE_ID_DESCRIPTOR. */
  static final int ID_SIZE = 24;

  static final int ID_TYPE = 4;
  static final int ID_VALUE = 8;

  private static final int ID_OF_128_BITS = 2;
  private static final int BUFFER = 64 << 10;
  private static final int LONGEST_PATH = 32_768;
  private static final int GENERIC_READ = 0x8000_0000;
  private static final int FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;

  /** {@code kernel32.dll}, as far as it reads journals. */
  interface Kernel extends StdCallLibrary {
    boolean DeviceIoControl(
        Pointer device,
        int code,
        @Nullable Pointer in,
        int inSize,
        Pointer out,
        int outSize,
        IntByReference returned,
        @Nullable Pointer overlapped);

    Pointer OpenFileById(
        Pointer volume, Memory id, int access, int share, @Nullable Pointer security, int flags);

    int GetFinalPathNameByHandleW(Pointer file, Memory path, int length, int flags);
  }

  private final Kernel kernel;
  private final KernelMore more;
  private final String name;
  private final Path root;
  private final Pointer handle;
  private final Memory out = new Memory(BUFFER);

  private NtfsVolume(Libraries libraries, String name, Path root, Pointer handle) {
    this.kernel = libraries.load("kernel32", Kernel.class);
    this.more = libraries.load("kernel32", KernelMore.class);
    this.name = name;
    this.root = root;
    this.handle = handle;
  }

  /**
   * The disks that stay in the machine.
   *
   * @param refused takes why one cannot be opened
   */
  static List<UsnVolume> fixed(Libraries libraries, Volumes volumes, List<String> refused) {
    Set<Path> removable;
    try {
      removable =
          volumes.list().stream()
              .filter(MountedVolume::removable)
              .map(MountedVolume::mountPoint)
              .collect(Collectors.toSet());
    } catch (IOException e) {
      refused.add("any: which can be taken out is not known: " + e.getMessage());
      return List.of();
    }
    List<UsnVolume> all = new ArrayList<>();
    for (Path root : FileSystems.getDefault().getRootDirectories()) {
      String name = root.toString().replaceFirst("\\\\$", "");
      if (!removable.contains(root)) {
        try {
          if (List.of("NTFS", "ReFS").contains(Files.getFileStore(root).type())) {
            all.add(open(libraries, name, root));
          }
        } catch (IOException e) {
          refused.add(name + " " + e.getMessage());
        }
      }
    }
    return all;
  }

  static NtfsVolume open(Libraries libraries, String name, Path root) throws RefusedException {
    Pointer handle =
        libraries
            .load("kernel32", KernelMore.class)
            .CreateFileW(
                new WString("\\\\.\\" + name),
                GENERIC_READ,
                KernelFiles.SHARE_ALL,
                null,
                KernelFiles.OPEN_EXISTING,
                0,
                null);
    if (isInvalid(handle)) {
      throw new RefusedException("CreateFile", "cannot be opened", Native.getLastError());
    }
    return new NtfsVolume(libraries, name, root, handle);
  }

  private static boolean isInvalid(@Nullable Pointer handle) {
    return handle == null || Pointer.nativeValue(handle) == -1;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Path root() {
    return root;
  }

  private int control(int code, @Nullable Memory in, String what) throws RefusedException {
    IntByReference returned = new IntByReference();
    boolean done =
        kernel.DeviceIoControl(
            handle,
            code,
            in,
            in == null ? 0 : (int) in.size(),
            out,
            (int) out.size(),
            returned,
            null);
    if (!done) {
      throw new RefusedException("DeviceIoControl", what, Native.getLastError());
    }
    return returned.getValue();
  }

  @Override
  public Journal query() throws RefusedException {
    int length = control(FSCTL_QUERY_USN_JOURNAL, null, "its journal cannot be asked");
    if (length < JOURNAL_SIZE) {
      throw new RefusedException(
          "DeviceIoControl",
          "its journal tells " + length + " bytes of itself, not " + JOURNAL_SIZE,
          Win32.ERROR_SUCCESS);
    }
    return new Journal(
        out.getLong(JOURNAL_ID), out.getLong(JOURNAL_FIRST), out.getLong(JOURNAL_NEXT));
  }

  @Override
  public Batch read(long journal, long start) throws RefusedException {
    try (Memory in = new Memory(READ_SIZE)) {
      in.clear();
      in.setLong(READ_START, start);
      in.setInt(READ_REASONS, -1);
      in.setLong(READ_JOURNAL, journal);
      int length = control(FSCTL_READ_USN_JOURNAL, in, "its journal cannot be read");
      if (length < Long.BYTES) {
        return new Batch(start, List.of());
      }
      byte[] bytes = out.getByteArray(0, length);
      return new Batch(out.getLong(0), UsnRecord.all(bytes, Long.BYTES, length));
    }
  }

  @Override
  public Optional<Path> folder(UsnRecord.FileId id) {
    try (Memory wanted = new Memory(ID_SIZE);
        Memory path = new Memory(LONGEST_PATH * 2L)) {
      wanted.clear();
      wanted.setInt(0, ID_SIZE);
      wanted.setInt(ID_TYPE, id.high() == 0 ? 0 : ID_OF_128_BITS);
      wanted.setLong(ID_VALUE, id.low());
      wanted.setLong(ID_VALUE + 8, id.high());
      Pointer file =
          kernel.OpenFileById(
              handle, wanted, 0, KernelFiles.SHARE_ALL, null, FILE_FLAG_BACKUP_SEMANTICS);
      if (isInvalid(file)) {
        return Optional.empty(); // it is gone, and what was in it with it
      }
      try {
        int length = kernel.GetFinalPathNameByHandleW(file, path, LONGEST_PATH, 0);
        return length <= 0 || length >= LONGEST_PATH
            ? Optional.empty()
            : path(new String(path.getByteArray(0, length * 2), StandardCharsets.UTF_16LE));
      } finally {
        more.CloseHandle(file);
      }
    }
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(LongPath.plain(text)));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    more.CloseHandle(handle);
    out.close();
  }
}
