package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbGate.Plugged;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every gate of USB devices promises, on a PC with a stick, a keyboard and a hub plugged in.
 */
public abstract class UsbGateContract {
  protected abstract UsbGate gate();

  /** The stick that is in. */
  protected abstract UsbPeripheral stick() throws IOException;

  /** The only keyboard of this PC. */
  protected abstract UsbPeripheral keyboard() throws IOException;

  /** The hub that is in. */
  protected abstract UsbPeripheral hub() throws IOException;

  /** Pulls the stick out. */
  protected abstract void pull() throws IOException;

  /** Puts a stick of the same make, with another serial number, in the stick's place. */
  protected abstract void swap() throws IOException;

  /** What is plugged into this device's port. */
  private List<Plugged> in(UsbPeripheral device) throws IOException {
    return gate().plugged().stream()
        .filter(each -> each.device().port().equals(device.port()))
        .toList();
  }

  private boolean isShut(UsbPeripheral device) throws IOException {
    List<Plugged> found = in(device);
    assertEquals(1, found.size(), device::port);
    return found.get(0).shut();
  }

  @Test
  void aDeviceIsOutOfUseUntilItIsPutBackAndTheOthersStayInUse() throws IOException {
    assertFalse(isShut(stick()));
    UsbPeripheral stick = stick();
    assertTrue(gate().shut(stick));
    assertTrue(isShut(stick));
    assertFalse(isShut(keyboard()));
    assertFalse(isShut(hub()));
    assertTrue(gate().open(stick));
    assertFalse(isShut(stick));
  }

  @Test
  void oneThatIsShutIsStillKnownByWhoItSaysItIs() throws IOException {
    UsbPeripheral stick = stick();
    assertTrue(gate().shut(stick));
    UsbPeripheral shut = in(stick).get(0).device();
    assertEquals(stick.vendorId(), shut.vendorId());
    assertEquals(stick.productId(), shut.productId());
    assertEquals(stick.serial(), shut.serial());
  }

  @Test
  void onePulledMeanwhileIsNeitherShutNorOpened() throws IOException {
    UsbPeripheral stick = stick();
    pull();
    assertEquals(List.of(), in(stick));
    assertFalse(gate().shut(stick));
    assertFalse(gate().open(stick));
  }

  @Test
  void anotherThatTookItsPlaceIsLeftAlone() throws IOException {
    UsbPeripheral stick = stick();
    swap();
    assertFalse(gate().shut(stick));
    assertFalse(isShut(stick));
  }

  @Test
  void aHubIsToldFromWhatHangsOnIt() throws IOException {
    assertTrue(in(hub()).get(0).hub());
    assertFalse(in(stick()).get(0).hub());
    assertFalse(in(keyboard()).get(0).hub());
  }

  @Test
  void withoutItsOnlyKeyboardNobodyCanType() throws IOException {
    assertTrue(gate().canTypeWithout(stick()));
    assertFalse(gate().canTypeWithout(keyboard()));
  }
}
