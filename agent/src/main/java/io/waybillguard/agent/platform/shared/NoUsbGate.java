package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.UnsupportedHere;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.util.List;

/** A system on which the agent puts no device out of use: each call says so. */
public final class NoUsbGate implements UsbGate {
  @Override
  public List<Plugged> plugged() throws IOException {
    throw cannot();
  }

  @Override
  public boolean canTypeWithout(UsbPeripheral device) throws IOException {
    throw cannot();
  }

  @Override
  public boolean shut(UsbPeripheral device) throws IOException {
    throw cannot();
  }

  @Override
  public boolean open(UsbPeripheral device) throws IOException {
    throw cannot();
  }

  private static UnsupportedHere cannot() {
    return new UnsupportedHere("USB devices cannot be put out of use on this system");
  }
}
