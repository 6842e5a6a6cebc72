package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UsbKindTest {
  /** Interfaces as those devices present them; the last column is what a person reads first. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "08/06/50 | storage | External Storage",
        "08/06/62 | storage | External Storage",
        "03/01/01 | keyboard | Keyboard",
        "03/01/02 | mouse | Mouse",
        "03/01/01 03/00/00 | keyboard hid | Keyboard",
        "03/00/00 | hid | Other",
        "e0/01/03 0a/00/00 | network | Network",
        "ef/04/01 0a/00/00 | network | Network",
        "02/02/ff 0a/00/00 | network | Network",
        "02/06/00 0a/00/00 | network | Network",
        "02/0d/00 0a/00/01 | network | Network",
        "02/0e/00 0a/00/02 | network | Network",
        "02/02/01 0a/00/00 | serial | Serial",
        "08/06/50 03/01/01 | storage keyboard | External Storage",
        "09/00/00 | hub | Hub",
        "06/01/01 | media | Phone or camera",
        "06/01/01 ff/42/01 | phone media | Phone",
        "ff/42/03 | phone | Phone",
        "07/01/02 | printer | Printer",
        "0e/01/00 0e/02/00 01/01/00 01/02/00 | camera audio | Webcam",
        "01/01/00 01/02/00 03/00/00 | hid audio | Audio",
        "e0/01/01 e0/01/01 | bluetooth | Bluetooth",
        "0b/00/00 | smart_card | Smart card reader",
        "fe/01/02 | firmware | Other",
        "ff/00/00 | vendor | Other",
        "10/00/00 | other | Other",
      })
  void aDeviceIsAllThatItsInterfacesAre(String interfaces, String kinds, String caption) {
    UsbDevice device = device(UsbDetails.UNKNOWN, interfaces.split(" "));
    assertEquals(
        kinds, UsbKind.of(device).stream().map(UsbKind::word).collect(Collectors.joining(" ")));
    assertEquals(caption, PeripheralType.of(device).caption());
  }

  @Test
  void aDeviceThatCanTypeIsAKeyboardWhateverItsInterfaceSays() {
    UsbDevice scanner =
        device(
            details(List.of(), new UsbDetails.Input("Honeywell Scanner", true, false)), "03/00/00");
    assertEquals("[KEYBOARD, HID]", UsbKind.of(scanner).toString());
    UsbDevice tablet =
        device(details(List.of(), new UsbDetails.Input("Tablet", false, true)), "03/00/00");
    assertEquals("[MOUSE, HID]", UsbKind.of(tablet).toString());
  }

  @Test
  void aPhoneIsKnownByTheNameOfItsInterface() {
    assertEquals(
        "[MEDIA, VENDOR]", UsbKind.of(device(details(List.of("MTP")), "ff/ff/00")).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "4C530001231120115142,GIVEN",
    "'',NONE",
    "'  ',NONE",
    "000000000000,PLACEHOLDER",
    "FFFF,PLACEHOLDER",
    "0123456789ABCDEF,PLACEHOLDER",
    "1234567890,PLACEHOLDER",
    "123456789012,PLACEHOLDER",
    "12,GIVEN",
    "9876543210,PLACEHOLDER",
    "AA00000000000001,GIVEN",
  })
  void aSerialNumberSaysHowMuchItIsWorth(String serial, UsbSerial kind) {
    assertEquals(kind, UsbSerial.of(serial));
  }

  private static UsbDetails details(List<String> names, UsbDetails.Input... inputs) {
    return new UsbDetails(
        "", List.of(), "", false, true, names, List.of(), List.of(inputs), List.of(), false);
  }

  private static UsbDevice device(UsbDetails details, String... interfaces) {
    return new UsbDevice(
        "1-1", "0781", "5567", "", "", "", Arrays.asList(interfaces), "p", details);
  }
}
