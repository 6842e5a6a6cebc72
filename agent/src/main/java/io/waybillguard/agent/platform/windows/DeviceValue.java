package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was answered about a device. A value of another type than is expected counts as not there:
 * anybody who can write a driver's settings can write any type. Pure.
 */
final class DeviceValue {
  static final int UINT32 = 7;
  static final int GUID = 0x0D;
  static final int FILETIME = 0x10;
  static final int STRING = 0x12;
  static final int STRING_LIST = 0x2012;

  /** Nothing was answered: DEVPROP_TYPE_EMPTY. */
  static final DeviceValue NONE = new DeviceValue(0, new byte[0]);

  private final int type;
  private final byte[] bytes;

  /**
   * @param type DEVPROP_TYPE_... of devpropdef.h
   * @param bytes as they came
   */
  DeviceValue(int type, byte[] bytes) {
    this.type = type;
    this.bytes = bytes.clone();
  }

  String text() {
    return type == STRING ? strings().stream().findFirst().orElse("") : "";
  }

  List<String> list() {
    return type == STRING_LIST ? strings() : List.of();
  }

  private List<String> strings() {
    String all = new String(bytes, StandardCharsets.UTF_16LE);
    return Arrays.stream(all.split("\0")).filter(each -> !each.isEmpty()).toList();
  }

  Optional<Instant> time() {
    return type == FILETIME && bytes.length == Long.BYTES
        ? FileTime.instant(little().getLong())
        : Optional.empty();
  }

  int number(int otherwise) {
    return type == UINT32 && bytes.length == Integer.BYTES ? little().getInt() : otherwise;
  }

  /** In lower case with hyphens, or "". */
  String guid() {
    return type == GUID && bytes.length == 16
        ? DeviceKey.guid(bytes).toString().toLowerCase(Locale.ROOT)
        : "";
  }

  private ByteBuffer little() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
