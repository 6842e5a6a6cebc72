package io.waybillguard.agent.platform;

/** What one look at the USB bus brought. */
public sealed interface UsbChange {
  /** A device is in a port, and its interfaces can be read. */
  record Arrived(UsbPeripheral device) implements UsbChange {}

  /**
   * A device left its port.
   *
   * @param device as it was read at arrival: a removed device can no longer be asked
   */
  record Left(UsbPeripheral device) implements UsbChange {}

  /** Something was mounted or unmounted; ask {@link Volumes#list} what. */
  record VolumesChanged() implements UsbChange {}
}
