package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinNT;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What volumes and disks say of themselves. They are opened without any access, which needs no
 * right, wakes no disk, and for no longer than one question: an open volume cannot be removed
 * safely.
 */
final class Disks {
  private static final Logger LOG = LoggerFactory.getLogger(Disks.class);

  // ntddstor.h; both codes carry FILE_ANY_ACCESS.
  static final int IOCTL_STORAGE_QUERY_PROPERTY = 0x2D1400;
  static final int IOCTL_STORAGE_GET_DEVICE_NUMBER = 0x2D1080;

  /** STORAGE_PROPERTY_QUERY; all zero: the device descriptor, standard query. */
  static final int QUERY_SIZE = 12;

  /** STORAGE_DEVICE_NUMBER: kind, number, partition. */
  static final int NUMBER_SIZE = 12;

  static final int NUMBER_DISK = 4;
  static final int NUMBER_PARTITION = 8;

  static final UUID DISK = UUID.fromString("53f56307-b6bf-11d0-94f2-00a0c91efb8b");
  private static final int ROOM = 1 << 10;

  private final Kernel32 kernel;
  private final SetupDevices devices;

  Disks(Libraries libraries) {
    kernel = libraries.load("kernel32", Kernel32.class);
    devices = new SetupDevices(libraries);
  }

  /** Which disk, and which partition of it. */
  record Place(int disk, int partition) {}

  /** What is open for one question. */
  private final class Opened implements AutoCloseable {
    private final HANDLE raw;
    private final String path;

    /**
     * @param path such as {@code \\.\F:} or the path of a device's interface
     */
    Opened(String path) throws IOException {
      this.path = path;
      raw =
          kernel.CreateFile(
              path,
              0,
              WinNT.FILE_SHARE_READ | WinNT.FILE_SHARE_WRITE,
              null,
              WinNT.OPEN_EXISTING,
              0,
              null);
      if (WinBase.INVALID_HANDLE_VALUE.equals(raw)) {
        throw Win32.failure("CreateFile", "cannot open " + path);
      }
    }

    byte[] ask(int question, Memory in) throws IOException {
      try (Memory out = new Memory(ROOM)) {
        IntByReference length = new IntByReference();
        if (!kernel.DeviceIoControl(raw, question, in, (int) in.size(), out, ROOM, length, null)) {
          throw Win32.failure("DeviceIoControl", "cannot ask " + path + " what it is");
        }
        return out.getByteArray(0, length.getValue());
      }
    }

    @Override
    public void close() {
      kernel.CloseHandle(raw);
    }
  }

  /** What kind of disk a path is on. */
  StorageDevice device(String path) throws IOException {
    try (Opened opened = new Opened(path);
        Memory query = new Memory(QUERY_SIZE)) {
      query.clear();
      return StorageDevice.of(opened.ask(IOCTL_STORAGE_QUERY_PROPERTY, query));
    }
  }

  /** Which disk a path is on; fails for a volume on several disks. */
  Place place(String path) throws IOException {
    try (Opened opened = new Opened(path);
        Memory nothing = new Memory(1)) {
      byte[] told = opened.ask(IOCTL_STORAGE_GET_DEVICE_NUMBER, nothing);
      if (told.length < NUMBER_SIZE) {
        throw new IOException(path + " tells " + told.length + " bytes of its disk's number");
      }
      ByteBuffer raw = ByteBuffer.wrap(told).order(ByteOrder.LITTLE_ENDIAN);
      return new Place(raw.getInt(NUMBER_DISK), Math.max(0, raw.getInt(NUMBER_PARTITION)));
    }
  }

  /** Instance ids of the disks that are in, by their numbers. Numbers change with every removal. */
  Map<Integer, String> nodes() throws IOException {
    Map<Integer, String> nodes = new HashMap<>();
    for (Map.Entry<String, String> disk : devices.offering(DeviceKey.bytes(DISK)).entrySet()) {
      numberIfThere(disk.getValue()).ifPresent(number -> nodes.put(number, disk.getKey()));
    }
    return nodes;
  }

  /** A disk may go between being listed and being asked. */
  private OptionalInt numberIfThere(String path) {
    try {
      return OptionalInt.of(place(path).disk());
    } catch (IOException e) {
      LOG.debug("disk={} tells no number: {}", path, e.toString());
      return OptionalInt.empty();
    }
  }
}
