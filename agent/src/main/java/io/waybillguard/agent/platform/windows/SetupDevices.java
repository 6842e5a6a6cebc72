package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system's tree of devices by SetupAPI. Every call opens and closes a list of its own; nothing
 * is held between them.
 */
final class SetupDevices {
  private static final Logger LOG = LoggerFactory.getLogger(SetupDevices.class);

  // setupapi.h
  static final int DIGCF_PRESENT = 2;
  static final int DIGCF_ALLCLASSES = 4;
  static final int DIGCF_DEVICEINTERFACE = 16;

  /** SP_DEVINFO_DATA on x64, and its first field, its own size. */
  static final int INFO_SIZE = 32;

  /** SP_DEVICE_INTERFACE_DATA on x64. */
  static final int INTERFACE_SIZE = 32;

  /**
   * SP_DEVICE_INTERFACE_DETAIL_DATA_W: what it calls its size on x64, and where its path begins.
   */
  static final int DETAIL_SIZE = 8;

  static final int DETAIL_PATH = 4;

  /** cfgmgr32.h: MAX_DEVICE_ID_LEN, 200 characters. */
  private static final int ID_ROOM = 256;

  private static final int VALUE_ROOM = 4 << 10;
  private static final int PATH_ROOM = 2 << 10;

  /** The functions of setupapi for plain memory (setupapi.h). */
  interface Api extends StdCallLibrary {
    HANDLE SetupDiGetClassDevs(
        @Nullable Pointer classGuid,
        @Nullable String enumerator,
        @Nullable Pointer window,
        int flags);

    boolean SetupDiEnumDeviceInfo(HANDLE list, int index, Pointer info);

    boolean SetupDiGetDeviceInstanceId(
        HANDLE list, Pointer info, char[] id, int room, @Nullable IntByReference needed);

    boolean SetupDiGetDevicePropertyW(
        HANDLE list,
        Pointer info,
        Pointer key,
        IntByReference type,
        Pointer value,
        int room,
        IntByReference needed,
        int flags);

    boolean SetupDiEnumDeviceInterfaces(
        HANDLE list, @Nullable Pointer info, Pointer classGuid, int index, Pointer found);

    boolean SetupDiGetDeviceInterfaceDetail(
        HANDLE list,
        Pointer found,
        Pointer detail,
        int room,
        @Nullable IntByReference needed,
        Pointer info);

    boolean SetupDiDestroyDeviceInfoList(HANDLE list);
  }

  private final Api api;

  SetupDevices(Libraries libraries) {
    api = libraries.load("setupapi", Api.class);
  }

  /** A list of devices that the system made for us. */
  private final class DeviceList implements AutoCloseable {
    private final HANDLE raw;

    DeviceList(@Nullable Pointer classGuid, @Nullable String enumerator, int flags)
        throws IOException {
      raw = api.SetupDiGetClassDevs(classGuid, enumerator, null, flags);
      if (raw == null || WinBase.INVALID_HANDLE_VALUE.equals(raw)) {
        throw Win32.failure("SetupDiGetClassDevs", "cannot list the devices of this machine");
      }
    }

    HANDLE raw() {
      return raw;
    }

    @Override
    public void close() {
      api.SetupDiDestroyDeviceInfoList(raw);
    }
  }

  /** The ids of the USB devices, functions and hubs that are in: cheap, to see that one changed. */
  List<String> usbIds() throws IOException {
    List<String> ids = new ArrayList<>();
    try (DeviceList list = new DeviceList(null, "USB", DIGCF_PRESENT | DIGCF_ALLCLASSES);
        Memory info = info()) {
      for (int i = 0;
          next("SetupDiEnumDeviceInfo", api.SetupDiEnumDeviceInfo(list.raw(), i, info));
          i++) {
        ids.add(id(list, info));
      }
    }
    return ids;
  }

  /** All that are there, with all that is asked of them. */
  List<DeviceNode> present() throws IOException {
    return nodes(null, DIGCF_PRESENT | DIGCF_ALLCLASSES);
  }

  /** The USB devices, functions and hubs that are in or were once. */
  List<DeviceNode> everOnUsb() throws IOException {
    return nodes("USB", DIGCF_ALLCLASSES);
  }

  private List<DeviceNode> nodes(@Nullable String enumerator, int flags) throws IOException {
    List<DeviceNode> nodes = new ArrayList<>();
    try (DeviceList list = new DeviceList(null, enumerator, flags);
        Memory info = info()) {
      for (int i = 0;
          next("SetupDiEnumDeviceInfo", api.SetupDiEnumDeviceInfo(list.raw(), i, info));
          i++) {
        nodes.add(new DeviceNode(id(list, info), values(list, info)));
      }
    }
    return nodes;
  }

  /**
   * The present devices that offer an interface.
   *
   * @param classGuid of the interface, as {@link DeviceKey#bytes} lays it out
   * @return path of the interface by instance id
   */
  Map<String, String> offering(byte[] classGuid) throws IOException {
    Map<String, String> paths = new LinkedHashMap<>();
    try (Memory guid = NativeMemory.of(classGuid);
        Memory found = new Memory(INTERFACE_SIZE);
        Memory detail = new Memory(PATH_ROOM);
        Memory info = info()) {
      try (DeviceList list = new DeviceList(guid, null, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE)) {
        found.clear();
        found.setInt(0, INTERFACE_SIZE);
        for (int i = 0;
            next(
                "SetupDiEnumDeviceInterfaces",
                api.SetupDiEnumDeviceInterfaces(list.raw(), null, guid, i, found));
            i++) {
          detail.clear();
          detail.setInt(0, DETAIL_SIZE);
          if (api.SetupDiGetDeviceInterfaceDetail(
              list.raw(), found, detail, PATH_ROOM, null, info)) {
            paths.put(id(list, info), detail.getWideString(DETAIL_PATH));
          } else {
            // One that went meanwhile is not there, and its neighbours are.
            LOG.debug("a device tells no path: {}", Win32.word("SetupDiGetDeviceInterfaceDetail"));
          }
        }
      }
    }
    return paths;
  }

  private static Memory info() {
    Memory info = new Memory(INFO_SIZE);
    info.clear();
    info.setInt(0, INFO_SIZE);
    return info;
  }

  /** Whether there was one; false at the end of the list. */
  private static boolean next(String call, boolean found) throws IOException {
    if (!found) {
      int error = Native.getLastError();
      if (error != Win32.ERROR_NO_MORE_ITEMS) {
        throw Win32.failure(call, "cannot list the devices of this machine", error);
      }
    }
    return found;
  }

  private String id(DeviceList list, Memory info) throws IOException {
    char[] id = new char[ID_ROOM];
    if (!api.SetupDiGetDeviceInstanceId(list.raw(), info, id, id.length, null)) {
      throw Win32.failure("SetupDiGetDeviceInstanceId", "cannot ask a device for its id");
    }
    return Native.toString(id);
  }

  private Map<DeviceKey, DeviceValue> values(DeviceList list, Memory info) {
    Map<DeviceKey, DeviceValue> values = new EnumMap<>(DeviceKey.class);
    try (Memory value = new Memory(VALUE_ROOM)) {
      for (DeviceKey key : DeviceKey.values()) {
        IntByReference type = new IntByReference();
        IntByReference length = new IntByReference();
        try (Memory raw = key.raw()) {
          // Not there is the rule (1168); and what is longer than the room is no id of a device.
          if (api.SetupDiGetDevicePropertyW(
              list.raw(), info, raw, type, value, VALUE_ROOM, length, 0)) {
            values.put(
                key, new DeviceValue(type.getValue(), value.getByteArray(0, length.getValue())));
          } else {
            int error = Native.getLastError();
            if (error != Win32.ERROR_NOT_FOUND) {
              LOG.debug(
                  "a device does not tell {}: {}",
                  key,
                  Win32.word("SetupDiGetDeviceProperty", error));
            }
          }
        }
      }
    }
    return values;
  }
}
