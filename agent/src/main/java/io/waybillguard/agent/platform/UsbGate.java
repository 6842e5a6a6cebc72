package io.waybillguard.agent.platform;

import java.io.IOException;
import java.util.List;

/** USB devices, to be put out of use. One thread. */
public interface UsbGate {
  /**
   * A device that is plugged in.
   *
   * @param device who it says it is; one that is shut shows no interfaces
   * @param shut whether it is out of use
   * @param carriesNetwork whether it is a network adapter
   * @param hub whether other devices hang on it
   */
  record Plugged(UsbPeripheral device, boolean shut, boolean carriesNetwork, boolean hub) {}

  /** Everything that is plugged in. */
  List<Plugged> plugged() throws IOException;

  /** Whether something other than this device can type: another keyboard, USB or not. */
  boolean canTypeWithout(UsbPeripheral device) throws IOException;

  /**
   * Puts a device out of use; its volumes are unmounted first, and what was not written to them is
   * written.
   *
   * @return false if it was pulled meanwhile
   * @throws UnsupportedHere if this system cannot
   * @throws IOException if it would not
   */
  boolean shut(UsbPeripheral device) throws IOException;

  /**
   * Puts a device back into use; mounting its volumes is left to whoever does that here.
   *
   * @return false if it was pulled meanwhile
   */
  boolean open(UsbPeripheral device) throws IOException;
}
