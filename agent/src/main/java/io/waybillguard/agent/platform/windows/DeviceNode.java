package io.waybillguard.agent.platform.windows;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * One node of the system's tree of devices.
 *
 * @param id its instance id, such as {@code USB\VID_0781&PID_5581\4C53...}
 * @param values what it answered
 */
record DeviceNode(String id, Map<DeviceKey, DeviceValue> values) {
  DeviceNode {
    values = Map.copyOf(values);
  }

  DeviceValue value(DeviceKey key) {
    return Objects.requireNonNullElse(values.get(key), DeviceValue.NONE);
  }

  String parent() {
    return value(DeviceKey.PARENT).text();
  }

  /** Whether one of its hardware or compatible ids is this, or begins so. Case does not count. */
  boolean isKnownAs(String beginning) {
    return hasOne(value(DeviceKey.HARDWARE_IDS).list(), beginning)
        || hasOne(value(DeviceKey.COMPATIBLE_IDS).list(), beginning);
  }

  private static boolean hasOne(List<String> ids, String beginning) {
    return ids.stream()
        .anyMatch(id -> id.toUpperCase(Locale.ROOT).startsWith(beginning.toUpperCase(Locale.ROOT)));
  }
}
