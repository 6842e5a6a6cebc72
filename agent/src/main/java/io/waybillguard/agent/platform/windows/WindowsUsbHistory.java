package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.UsbHistory;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The devices that the system's tree keeps after they are out, with their dates. Windows 7 knows
 * the first time only; a later one is then not told. Whoever cleans the tree cleans this too.
 */
public final class WindowsUsbHistory implements UsbHistory {
  private final SetupDevices devices = new SetupDevices(Libraries.HERE);

  @Override
  public List<Stay> stays() throws IOException {
    return of(devices.everOnUsb(), new HashSet<>(devices.usbIds()));
  }

  /**
   * Pure.
   *
   * @param ever all nodes of USB, in or out
   * @param in ids of those that are in
   */
  static List<Stay> of(List<DeviceNode> ever, Set<String> in) {
    Set<String> present =
        in.stream().map(id -> id.toUpperCase(Locale.ROOT)).collect(Collectors.toSet());
    UsbTree tree = new UsbTree(ever);
    return ever.stream()
        .flatMap(
            node ->
                tree.device(node.id()).stream()
                    .map(
                        device ->
                            new Stay(
                                device,
                                present.contains(node.id().toUpperCase(Locale.ROOT)),
                                node.value(DeviceKey.FIRST_INSTALLED).time(),
                                came(node),
                                node.value(DeviceKey.LAST_REMOVAL).time())))
        .toList();
  }

  private static Optional<Instant> came(DeviceNode node) {
    return node.value(DeviceKey.LAST_ARRIVAL)
        .time()
        .or(() -> node.value(DeviceKey.FIRST_INSTALLED).time());
  }
}
