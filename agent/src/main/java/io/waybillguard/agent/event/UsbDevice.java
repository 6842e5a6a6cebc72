package io.waybillguard.agent.event;

import java.util.List;

/**
 * A USB device as its descriptors present it. A device can lie about all of this; the port cannot
 * be lied about.
 *
 * @param port where it is plugged in, such as {@code 1-2.3} (bus, then the chain of ports)
 * @param vendorId four lower-case hex digits (USB {@code idVendor})
 * @param productId four lower-case hex digits (USB {@code idProduct})
 * @param serial the serial number string, or "" when the device has none
 * @param vendorName the manufacturer string, or ""
 * @param model the product string, or ""
 * @param interfaces class, subclass and protocol of each interface, such as {@code 08/06/50} (mass
 *     storage, SCSI, bulk)
 * @param passport fingerprint that stays the same wherever the device is plugged in: lower-case hex
 * @param details what else is known of it
 */
public record UsbDevice(
    String port,
    String vendorId,
    String productId,
    String serial,
    String vendorName,
    String model,
    List<String> interfaces,
    String passport,
    UsbDetails details) {

  public UsbDevice {
    interfaces = List.copyOf(interfaces);
  }

  /** A device of which nothing more is known. */
  public UsbDevice(
      String port,
      String vendorId,
      String productId,
      String serial,
      String vendorName,
      String model,
      List<String> interfaces,
      String passport) {
    this(
        port,
        vendorId,
        productId,
        serial,
        vendorName,
        model,
        interfaces,
        passport,
        UsbDetails.UNKNOWN);
  }

  /** How far its serial number tells it from others. */
  public UsbSerial serialKind() {
    UsbSerial itself = UsbSerial.of(serial);
    return itself == UsbSerial.GIVEN && details.repeatedSerial() ? UsbSerial.REPEATED : itself;
  }

  /** Whether it is one of these, whatever else it is besides. */
  public boolean is(UsbKind kind) {
    return UsbKind.of(this).contains(kind);
  }

  /** What a person would call it: the product string, or the two ids when it has none. */
  public String name() {
    return model.isEmpty() ? vendorId + ":" + productId : model;
  }

  /** OCSF {@code peripheral_device}. */
  Json.Obj peripheral() {
    PeripheralType type = PeripheralType.of(this);
    return Json.object()
        .put("name", name())
        .put("uid", passport)
        .put("type_id", type.id())
        .put("type", type.caption())
        .put("vendor_id_list", List.of(vendorId))
        .putUnlessEmpty("serial_number", serial)
        .putUnlessEmpty("vendor_name", vendorName)
        .putUnlessEmpty("model", model);
  }

  /** The parts that OCSF has no place for, the same on every event about a device. */
  Ocsf unmappedInto(Ocsf ocsf) {
    ocsf.unmapped("usb_port", port)
        .unmapped("usb_product_id", productId)
        .unmapped("usb_interfaces", interfaces)
        .unmapped("usb_kinds", UsbKind.of(this).stream().map(UsbKind::word).toList())
        .unmapped("usb_serial", serial.isEmpty() ? "none" : serial)
        .unmapped("usb_serial_kind", serialKind().word());
    return details.unmappedInto(ocsf);
  }

  /** What {@link #peripheral} and {@link #unmappedInto} wrote. */
  static UsbDevice recalled(Recalled event) throws JsonException {
    Recalled device = event.in("peripheral_device");
    List<String> vendors = device.texts("vendor_id_list");
    return new UsbDevice(
        event.unmapped().text("usb_port"),
        vendors.isEmpty() ? "" : vendors.get(0),
        event.unmapped().text("usb_product_id"),
        device.text("serial_number"),
        device.text("vendor_name"),
        device.text("model"),
        event.unmapped().texts("usb_interfaces"),
        device.text("uid"),
        UsbDetails.recalled(event.unmapped()));
  }
}
