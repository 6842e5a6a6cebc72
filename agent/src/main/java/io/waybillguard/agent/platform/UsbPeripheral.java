package io.waybillguard.agent.platform;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A USB device as its descriptors present it.
 *
 * @param port where it is plugged in, such as {@code 1-2.3} (bus, then the chain of ports)
 * @param vendorId {@code idVendor}, four lower-case hex digits
 * @param productId {@code idProduct}, four lower-case hex digits
 * @param serial the serial number string, or "" when the device has none
 * @param manufacturer the manufacturer string, or ""
 * @param product the product string, or ""
 * @param interfaces class, subclass and protocol of each interface of the active configuration, two
 *     lower-case hex digits each, such as {@code 08/06/50}; in the order of their numbers
 * @param nature what else is known of it; no part of who it is
 */
public record UsbPeripheral(
    String port,
    String vendorId,
    String productId,
    String serial,
    String manufacturer,
    String product,
    List<String> interfaces,
    UsbNature nature) {
  private static final String PASSPORT_VERSION = "usb-passport-1";
  private static final int PASSPORT_BYTES = 16;

  public UsbPeripheral {
    interfaces = List.copyOf(interfaces);
  }

  /** A device of which nothing more is known. */
  public UsbPeripheral(
      String port,
      String vendorId,
      String productId,
      String serial,
      String manufacturer,
      String product,
      List<String> interfaces) {
    this(port, vendorId, productId, serial, manufacturer, product, interfaces, UsbNature.UNKNOWN);
  }

  /** Only who it says it is, and where: equal for one thing looked at twice in one port. */
  public UsbPeripheral identity() {
    return new UsbPeripheral(port, vendorId, productId, serial, manufacturer, product, interfaces);
  }

  /**
   * A fingerprint that stays the same in whatever port the device is plugged: the first 16 bytes of
   * a SHA-256, as 32 lower-case hex digits, over a version word, vendor, product, serial,
   * manufacturer, product string and the sorted interfaces, each preceded by its length so that no
   * two devices can be written alike.
   *
   * <p>Limit: a device without a serial number shares its passport with every other device of the
   * same model. It then names a model, not a thing; see {@link #serial}. And a device may lie about
   * all of this.
   */
  public String passport() {
    MessageDigest digest = sha256();
    Stream.concat(
            Stream.of(PASSPORT_VERSION, vendorId, productId, serial, manufacturer, product),
            interfaces.stream().sorted())
        .map(part -> part.getBytes(StandardCharsets.UTF_8))
        .forEach(
            part -> {
              digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
              digest.update(part);
            });
    return HexFormat.of().formatHex(digest.digest(), 0, PASSPORT_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime must have SHA-256; this one has not", e);
    }
  }
}
