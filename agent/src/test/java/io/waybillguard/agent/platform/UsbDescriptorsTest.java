package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbDescriptors.Interface;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UsbDescriptorsTest {
  private static final Path CAPTURED = Path.of("src/test/resources/linux");

  /** Offsets within the keyboard's bytes: device 0, configuration 18, interface 27, HID 36. */
  private static final byte[] KEYBOARD = captured("descriptors-keyboard.hex");

  private static final byte[] STICK = captured("descriptors-stick.hex");

  @Test
  void aStickHasOneInterfaceOfMassStorage() {
    UsbDescriptors stick = UsbDescriptors.parse(STICK);
    assertEquals(List.of(new Interface(1, 0, 0, "08/06/50", 2, 0)), stick.interfaces());
    assertEquals(List.of(), stick.malformed());
  }

  @Test
  void aKeyboardHasAReportDescriptor() {
    UsbDescriptors keyboard = UsbDescriptors.parse(KEYBOARD);
    assertEquals(List.of(new Interface(1, 0, 0, "03/01/01", 1, 0x3f)), keyboard.interfaces());
    assertEquals(List.of(), keyboard.malformed());
  }

  @Test
  void interfacesOfEveryConfigurationAndAlternateAreThere() {
    byte[] two = Arrays.copyOf(STICK, STICK.length + KEYBOARD.length - 18);
    System.arraycopy(KEYBOARD, 18, two, STICK.length, KEYBOARD.length - 18);
    two[17] = 2;
    two[STICK.length + 5] = 2;
    UsbDescriptors both = UsbDescriptors.parse(two);
    assertEquals(
        List.of(
            new Interface(1, 0, 0, "08/06/50", 2, 0), new Interface(2, 0, 0, "03/01/01", 1, 0x3f)),
        both.interfaces());
    assertEquals(List.of(), both.malformed());
  }

  /** Each changes one byte of the keyboard's descriptors into a lie. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 17 | device: length 17 and type 1, 18 and 1 were expected",
        "17 | 3 | device: says 3 configurations, has 1",
        "18 | 0 | descriptor at byte 18: length 0, at least 2 was expected",
        "18 | 255 | descriptor at byte 18: length 255, only 34 are there",
        "20 | 200 | configuration 1: its length ends at byte 218, it ends at 52",
        "22 | 2 | configuration 1: says 2 interfaces, has 1",
        "31 | 9 | interface 0: says 9 endpoints, has 1",
        "19 | 9 | interface at byte 27: before any configuration",
        "28 | 9 | endpoint at byte 45: before any interface",
        "47 | 128 | interface 0: an endpoint with number 0, which is the device's own",
      })
  void whatDoesNotFitTogetherIsAFact(int at, int value, String complaint) {
    byte[] changed = KEYBOARD.clone();
    changed[at] = (byte) value;
    List<String> malformed = UsbDescriptors.parse(changed).malformed();
    assertTrue(malformed.contains(complaint), malformed::toString);
  }

  @Test
  void everyCutOfTheBytesIsSaidToBeOne() {
    for (int length = 0; length < KEYBOARD.length; length++) {
      int cut = length;
      UsbDescriptors read = UsbDescriptors.parse(Arrays.copyOf(KEYBOARD, length));
      assertTrue(!read.malformed().isEmpty(), () -> "cut to " + cut + " bytes: nothing is said");
    }
  }

  @Test
  void aRepeatedAlternateSettingIsAFact() {
    byte[] twice = Arrays.copyOf(KEYBOARD, KEYBOARD.length * 2 - 27);
    System.arraycopy(KEYBOARD, 27, twice, KEYBOARD.length, KEYBOARD.length - 27);
    List<String> malformed = UsbDescriptors.parse(twice).malformed();
    assertTrue(malformed.contains("interface 0: alternate setting 0 twice"), malformed::toString);
  }

  @Test
  void thousandsOfLiesAreCountedAndNotAllTold() {
    byte[] endless = Arrays.copyOf(STICK, 600_000);
    for (int at = STICK.length; at + 9 <= endless.length; at += 9) {
      System.arraycopy(new byte[] {9, 4, 0, 0, 7, 8, 6, 80, 0}, 0, endless, at, 9);
    }
    UsbDescriptors read = UsbDescriptors.parse(endless);
    assertEquals(17, read.malformed().size());
    assertTrue(read.malformed().get(0).startsWith("oversized: 600000 bytes"));
    assertTrue(read.malformed().get(16).matches("and [0-9]+ more"));
    assertTrue(read.interfaces().size() <= 512);
  }

  @Test
  void noBytesMakeItThrowOrSayWithoutLimit() {
    Random random = new Random(20261127);
    for (int round = 0; round < 200_000; round++) {
      byte[] raw;
      if (round % 4 == 0) {
        raw = new byte[random.nextInt(300)];
        random.nextBytes(raw);
      } else {
        byte[] whole = round % 2 == 0 ? STICK : KEYBOARD;
        raw = Arrays.copyOf(whole, random.nextInt(whole.length + 40));
        for (int change = random.nextInt(5); change > 0 && raw.length > 0; change--) {
          raw[random.nextInt(raw.length)] = (byte) random.nextInt(256);
        }
      }
      UsbDescriptors read = UsbDescriptors.parse(raw);
      assertTrue(read.malformed().size() <= 17, () -> HexFormat.of().formatHex(raw));
      for (Interface one : read.interfaces()) {
        assertTrue(one.kind().matches("[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}"), one::kind);
      }
    }
  }

  private static byte[] captured(String name) {
    try {
      return HexFormat.of().parseHex(Files.readString(CAPTURED.resolve(name)).strip());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
