package io.waybillguard.agent.hunt.search;

import io.waybillguard.agent.event.UsbDevice;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A USB device, or a kind of them: by passport or the first 8 characters of one and more, or by
 * vendor, product and where wanted serial number, {@code 0781:5567:4C530001}.
 */
public final class UsbPattern {
  private static final Pattern PASSPORT = Pattern.compile("[0-9a-f]{8,64}");
  private static final Pattern IDS = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{4}(:.{1,126})?");

  private final String written;

  /**
   * @throws IllegalArgumentException if it is neither
   */
  public UsbPattern(String written) {
    String lower = written.toLowerCase(Locale.ROOT);
    if (!PASSPORT.matcher(lower).matches() && !IDS.matcher(lower).matches()) {
      throw new IllegalArgumentException(
          written + " is neither a passport (8 to 64 of 0-9 and a-f) nor vvvv:pppp[:serial]");
    }
    this.written = written;
  }

  /** As it was written. */
  public String written() {
    return written;
  }

  /** Whether a device is one. */
  public boolean fits(UsbDevice device) {
    String lower = written.toLowerCase(Locale.ROOT);
    if (!lower.contains(":")) {
      return device.passport().startsWith(lower);
    }
    String kind = device.vendorId() + ":" + device.productId();
    String whole = kind + ":" + device.serial();
    return lower.equals(kind) || lower.equals(whole.toLowerCase(Locale.ROOT));
  }
}
