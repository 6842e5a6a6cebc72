package io.waybillguard.agent.platform;

/** What one look at the USB bus brought. */
public sealed interface UsbChange {
  /** A device is in a port, and its interfaces can be read. */
  record Arrived(UsbPeripheral device) implements UsbChange {}

  /**
   * A device left its port.
   *
   * @param device as it was read at arrival: a removed device can no longer be asked
   * @param ejected whether software had given up its medium before: the disk had no size any more
   */
  record Left(UsbPeripheral device, boolean ejected) implements UsbChange {
    /** A device whose medium nobody had given up. */
    public Left(UsbPeripheral device) {
      this(device, false);
    }
  }

  /**
   * A program had the kernel repeat a message about some device, with a word of its own; nothing
   * came or went.
   */
  record Repeated(String word) implements UsbChange {}

  /** Something was mounted or unmounted; ask {@link Volumes#list} what. */
  record VolumesChanged() implements UsbChange {}
}
