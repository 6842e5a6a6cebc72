package io.waybillguard.agent.dispose;

import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.platform.UsbGate.Plugged;
import io.waybillguard.agent.platform.UsbGateContract;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** The plugs that tests of disposals use behave as real ones do. */
final class UsbGateByHandTest extends UsbGateContract {
  private static final UsbPeripheral STICK = stick("4F2A");
  private static final UsbPeripheral KEYBOARD =
      new UsbPeripheral("1-3.2", "0627", "0001", "", "QEMU", "Keyboard", List.of("03/01/01"));
  private static final UsbPeripheral HUB =
      new UsbPeripheral("1-3", "0409", "55aa", "", "QEMU", "Hub", List.of("09/00/00"));

  private final ByHand byHand = new ByHand();

  private static UsbPeripheral stick(String serial) {
    return new UsbPeripheral(
        "1-2", "0781", "5567", serial, "SanDisk", "Blade", List.of("08/06/50"));
  }

  @BeforeEach
  void plugIn() {
    byHand.otherKeyboard = false;
    byHand.plugs.add(new Plugged(STICK, false, false, false));
    byHand.plugs.add(new Plugged(KEYBOARD, false, false, false));
    byHand.plugs.add(new Plugged(HUB, false, false, true));
  }

  @Override
  protected UsbGate gate() {
    return byHand;
  }

  @Override
  protected UsbPeripheral stick() {
    return STICK;
  }

  @Override
  protected UsbPeripheral keyboard() {
    return KEYBOARD;
  }

  @Override
  protected UsbPeripheral hub() {
    return HUB;
  }

  @Override
  protected void pull() {
    byHand.plugs.removeIf(each -> each.device().equals(STICK));
  }

  @Override
  protected void swap() {
    pull();
    byHand.plugs.add(new Plugged(stick("77C0"), false, false, false));
  }
}
