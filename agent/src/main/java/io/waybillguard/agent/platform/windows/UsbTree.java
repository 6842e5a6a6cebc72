package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.UsbInput;
import io.waybillguard.agent.platform.UsbNature;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The USB devices among the nodes of the system's tree. Pure.
 *
 * <p>Windows does not pass on the manufacturer's string, speeds, and interfaces that are in other
 * configurations; those stay empty.
 */
final class UsbTree {
  /** "Standard USB identifiers": {@code USB\CLASS_cc&SUBCLASS_ss&PROT_pp}. */
  private static final Pattern CLASS =
      Pattern.compile(
          "USB\\\\CLASS_([0-9A-F]{2})&SUBCLASS_([0-9A-F]{2})&PROT_([0-9A-F]{2})",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PCI = Pattern.compile("PCI\\(([0-9A-F]+)\\)");
  private static final Pattern PORT = Pattern.compile("USB\\((\\d+)\\)");

  // "Hardware IDs for top-level collections" of the HID driver documentation: usage page 1, usages
  // 6 and 2.
  private static final String HID_KEYBOARD = "HID_DEVICE_UP:0001_U:0006";
  private static final String HID_MOUSE = "HID_DEVICE_UP:0001_U:0002";

  /** cfgmgr32.h: CM_REMOVAL_POLICY_EXPECT_NO_REMOVAL, "built in". */
  static final int NO_REMOVAL = 1;

  /** cfg.h: CM_PROB_DISABLED. */
  static final int DISABLED = 22;

  /** No chain of hubs is that long (USB allows five); a loop would be. */
  private static final int MOST_LEVELS = 32;

  private final Map<String, DeviceNode> nodes = new LinkedHashMap<>();
  private final Map<String, List<DeviceNode>> children = new HashMap<>();
  private final Map<String, UsbPeripheral> devices = new LinkedHashMap<>();

  UsbTree(List<DeviceNode> all) {
    for (DeviceNode node : all) {
      nodes.put(key(node.id()), node);
      children.computeIfAbsent(key(node.parent()), unused -> new ArrayList<>()).add(node);
    }
    for (DeviceNode node : all) {
      UsbId.of(node.id())
          .filter(UsbId::isDevice)
          .ifPresent(id -> devices.put(key(node.id()), peripheral(node, id)));
    }
  }

  /** Ids are compared without regard to case. */
  private static String key(String id) {
    return id.toUpperCase(Locale.ROOT);
  }

  /** Those that are in, in the order in which the system told them. */
  List<UsbPeripheral> devices() {
    return List.copyOf(devices.values());
  }

  /** The USB device that a node is; empty for any other. */
  Optional<UsbPeripheral> device(String id) {
    return Optional.ofNullable(devices.get(key(id)));
  }

  /** The USB device that a node belongs to: itself, or the nearest above. */
  @Nullable UsbPeripheral carrier(String id) {
    @Nullable DeviceNode node = nodes.get(key(id));
    for (int level = 0; node != null && level < MOST_LEVELS; level++) {
      UsbPeripheral device = devices.get(key(node.id()));
      if (device != null) {
        return device;
      }
      node = nodes.get(key(node.parent()));
    }
    return null;
  }

  /** Whether the system expects that a node, or one above it, may be taken away. */
  boolean isRemovable(String id) {
    @Nullable DeviceNode node = nodes.get(key(id));
    for (int level = 0; node != null && level < MOST_LEVELS; level++) {
      if (node.value(DeviceKey.REMOVAL_POLICY).number(NO_REMOVAL) != NO_REMOVAL) {
        return true;
      }
      node = nodes.get(key(node.parent()));
    }
    return false;
  }

  private UsbPeripheral peripheral(DeviceNode node, UsbId id) {
    List<DeviceNode> functions = functions(node);
    Stream<DeviceNode> interfaces = functions.isEmpty() ? Stream.of(node) : functions.stream();
    String location = location(node);
    return new UsbPeripheral(
        location.isEmpty() ? node.id() : port(location),
        id.vendor(),
        id.product(),
        id.serial(),
        "",
        node.value(DeviceKey.REPORTED_NAME).text(),
        interfaces.flatMap(each -> triple(each).stream()).toList(),
        new UsbNature(
            controller(location),
            hubs(node),
            "",
            node.value(DeviceKey.REMOVAL_POLICY).number(0) == NO_REMOVAL,
            node.value(DeviceKey.PROBLEM).number(0) != DISABLED,
            functions.stream()
                .map(each -> each.value(DeviceKey.REPORTED_NAME).text())
                .filter(name -> !name.isEmpty())
                .toList(),
            List.of(),
            inputs(node),
            List.of()));
  }

  /**
   * The functions of a composite device, in the order of their interfaces. Of one that is out the
   * system tells no parents any more, and its functions are those of the same container.
   */
  private List<DeviceNode> functions(DeviceNode device) {
    boolean isOut = device.parent().isEmpty();
    return (isOut ? sharing(device) : childrenOf(device))
        .filter(child -> UsbId.of(child.id()).filter(id -> !id.isDevice()).isPresent())
        .sorted(
            Comparator.comparingInt(child -> UsbId.of(child.id()).map(UsbId::function).orElse(0)))
        .toList();
  }

  private Stream<DeviceNode> sharing(DeviceNode device) {
    String container = device.value(DeviceKey.CONTAINER).guid();
    String model = key(device.id()).replaceFirst("\\\\[^\\\\]*$", "&MI_");
    return container.isEmpty()
        ? Stream.empty()
        : nodes.values().stream()
            .filter(
                node ->
                    key(node.id()).startsWith(model)
                        && node.value(DeviceKey.CONTAINER).guid().equals(container));
  }

  private Stream<DeviceNode> childrenOf(DeviceNode node) {
    return children.getOrDefault(key(node.id()), List.of()).stream();
  }

  private static Optional<String> triple(DeviceNode node) {
    return node.value(DeviceKey.COMPATIBLE_IDS).list().stream()
        .map(CLASS::matcher)
        .filter(Matcher::matches)
        .map(m -> (m.group(1) + "/" + m.group(2) + "/" + m.group(3)).toLowerCase(Locale.ROOT))
        .findFirst();
  }

  /** What the system made of the HID functions of a device. */
  private List<UsbInput> inputs(DeviceNode device) {
    List<UsbInput> inputs = new ArrayList<>();
    collectInputs(device, 0, inputs);
    return inputs;
  }

  private void collectInputs(DeviceNode above, int level, List<UsbInput> inputs) {
    for (DeviceNode node : childrenOf(above).toList()) {
      boolean isOther = UsbId.of(node.id()).filter(UsbId::isDevice).isPresent();
      if (isOther || level > MOST_LEVELS) {
        continue; // what hangs on a hub is no input of the hub's
      }
      boolean types = node.isKnownAs(HID_KEYBOARD);
      boolean points = node.isKnownAs(HID_MOUSE);
      if (types || points) {
        String name = node.value(DeviceKey.REPORTED_NAME).text();
        inputs.add(
            new UsbInput(
                name.isEmpty() ? node.value(DeviceKey.DESCRIPTION).text() : name, types, points));
      }
      collectInputs(node, level + 1, inputs);
    }
  }

  /** The hubs between machine and device, the nearest to the machine first. */
  private List<String> hubs(DeviceNode device) {
    List<String> hubs = new ArrayList<>();
    @Nullable DeviceNode node = nodes.get(key(device.parent()));
    for (int level = 0; node != null && level < MOST_LEVELS; level++) {
      DeviceNode hub = node;
      UsbId.of(hub.id())
          .ifPresent(
              id -> hubs.add(0, port(location(hub)) + " " + id.vendor() + ":" + id.product()));
      node = nodes.get(key(hub.parent()));
    }
    return hubs;
  }

  private static String location(DeviceNode node) {
    return node.value(DeviceKey.LOCATION_PATHS).list().stream().findFirst().orElse("");
  }

  /** {@code PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)}: all before {@code USBROOT}. */
  private static String controller(String location) {
    int root = location.indexOf("#USBROOT");
    return root < 0 ? "" : location.substring(0, root);
  }

  /** Short and still one of a kind: {@code 1400-3.2}, the controller's PCI codes and the ports. */
  private static String port(String location) {
    String ports =
        PORT.matcher(location).results().map(m -> m.group(1)).collect(Collectors.joining("."));
    String codes =
        PCI.matcher(controller(location))
            .results()
            .map(m -> m.group(1))
            .collect(Collectors.joining("."));
    return ports.isEmpty() ? location : codes + "-" + ports;
  }
}
