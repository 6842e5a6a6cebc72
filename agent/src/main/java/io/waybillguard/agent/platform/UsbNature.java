package io.waybillguard.agent.platform;

import java.util.List;

/**
 * What is known of a device beyond who it says it is: how it is connected, what the system made of
 * it, and what is wrong with its descriptors. Any of it may change while the device stays the same.
 *
 * @param controller the device of the machine that the bus hangs on, such as {@code 0000:00:14.0}
 *     of PCI, or ""
 * @param hubs the hubs between the machine and the device, the nearest to the machine first, such
 *     as {@code 1-2 05e3:0608}
 * @param speed in Mbit/s as the system writes it, such as {@code 480}, or ""
 * @param fixed whether the machine's maker says that it is built in
 * @param authorised false when the system was told not to use it
 * @param interfaceNames the strings that the device gives to its interfaces, such as {@code MTP}
 * @param otherInterfaces class, subclass and protocol of interfaces that the device has only in
 *     other configurations or alternate settings than the active ones
 * @param inputs what its HID interfaces became
 * @param malformed what is wrong with its descriptors and strings
 */
public record UsbNature(
    String controller,
    List<String> hubs,
    String speed,
    boolean fixed,
    boolean authorised,
    List<String> interfaceNames,
    List<String> otherInterfaces,
    List<UsbInput> inputs,
    List<String> malformed) {
  /** Nothing is known. */
  public static final UsbNature UNKNOWN =
      new UsbNature("", List.of(), "", false, true, List.of(), List.of(), List.of(), List.of());

  public UsbNature {
    hubs = List.copyOf(hubs);
    interfaceNames = List.copyOf(interfaceNames);
    otherInterfaces = List.copyOf(otherInterfaces);
    inputs = List.copyOf(inputs);
    malformed = List.copyOf(malformed);
  }
}
