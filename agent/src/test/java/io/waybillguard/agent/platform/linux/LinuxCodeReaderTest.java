package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipe stands for the device: {@code struct input_event} comes out of either. The folders are
 * laid out as sysfs lays out a USB keyboard of QEMU (Debian 12, kernel 6.1).
 */
final class LinuxCodeReaderTest {
  private static final List<String> CODES = List.of("204817", "761093");
  private static final String USB =
      "sys/devices/pci0000:00/0000:00:04.0/usb1/1-2/1-2:1.0/0003:0627:0001.0001/input/input5";
  private static final int ENTER = 28;

  @TempDir private Path root;

  @BeforeEach
  void plugIn() throws Exception {
    device(USB, "event4");
    Path usb = root.resolve("sys/devices/pci0000:00/0000:00:04.0/usb1/1-2");
    Files.writeString(usb.resolve("idVendor"), "0627\n");
    Files.writeString(usb.resolve("idProduct"), "0001\n");
    Files.writeString(usb.resolve("serial"), "68284-0000:00:04.0-2\n");
  }

  private void device(String input, String event) throws Exception {
    Path folder = Files.createDirectories(root.resolve(input).resolve(event));
    Path classes = Files.createDirectories(root.resolve("sys/class/input"));
    Files.createSymbolicLink(classes.resolve(event), folder);
    Path node = Files.createDirectories(root.resolve("dev/input")).resolve(event);
    assertEquals(0, new ProcessBuilder("mkfifo", node.toString()).start().waitFor());
  }

  private LinuxCodeReader reader(String device) throws IOException {
    return new LinuxCodeReader(root.toRealPath(), device);
  }

  /** Types into the pipe; as long as it is open for reading. */
  private void type(String event, String digits, int last) throws IOException {
    ByteBuffer events = ByteBuffer.allocate(24 * 3 * (digits.length() + 1));
    events.order(ByteOrder.nativeOrder());
    digits.chars().forEach(digit -> press(events, digit == '0' ? 11 : digit - '0' + 1));
    press(events, last);
    try (OutputStream device = Files.newOutputStream(root.resolve("dev/input").resolve(event))) {
      device.write(events.array());
    }
  }

  /** Down, up, and the end of the report. */
  private static void press(ByteBuffer events, int key) {
    for (int value : new int[] {1, 0}) {
      events.putLong(0).putLong(0).putShort((short) 1).putShort((short) key).putInt(value);
    }
    events.putLong(0).putLong(0).putShort((short) 0).putShort((short) 0).putInt(0);
  }

  @Test
  void aCodeThatIsExpectedIsRecognisedAndNothingElse() throws Exception {
    LinuxCodeReader reader = reader("0627:0001");
    reader.expect(CODES);
    assertEquals(OptionalInt.empty(), reader.read());
    assertEquals("", reader.unseen());
    for (String other : List.of("204816", "20481", "2048171", "1204817", "773100123456789")) {
      type("event4", other, ENTER);
      assertEquals(OptionalInt.empty(), reader.read(), other);
    }
    type("event4", "761093", ENTER);
    assertEquals(OptionalInt.of(1), reader.read());
    assertEquals(OptionalInt.empty(), reader.read());
    reader.expect(List.of());
    assertEquals(OptionalInt.empty(), reader.read());
  }

  @Test
  void aDeviceThatAProgramMadeIsNotTheScannerWhateverIdsItClaims() throws Exception {
    String made = "sys/devices/virtual/input/input9";
    device(made, "event9");
    Files.writeString(root.resolve(made).resolve("idVendor"), "1234\n");
    Files.writeString(root.resolve(made).resolve("idProduct"), "5678\n");
    LinuxCodeReader reader = reader("1234:5678");
    reader.expect(CODES);
    assertEquals(OptionalInt.empty(), reader.read());
    assertTrue(reader.unseen().contains("1234:5678"), reader.unseen());
  }

  @Test
  void serialNumberAndPortAreHeldToWhereTheyAreEnrolled() throws Exception {
    assertTrue(sees("0627:0001 serial:68284-0000:00:04.0-2 port:1-2"));
    assertFalse(sees("0627:0001 serial:other"));
    assertFalse(sees("0627:0001 port:1-3"));
    assertFalse(sees("0627:0002"));
    assertThrows(IllegalArgumentException.class, () -> reader("scanner"));
  }

  private boolean sees(String device) throws IOException {
    LinuxCodeReader reader = reader(device);
    reader.expect(CODES);
    OptionalInt unused = reader.read();
    boolean seen = reader.unseen().isEmpty();
    reader.close();
    return seen;
  }

  @Test
  void nothingIsOpenedWhileNothingIsExpected() throws Exception {
    LinuxCodeReader reader = reader("ffff:ffff");
    assertEquals(OptionalInt.empty(), reader.read());
    assertEquals("", reader.unseen());
  }
}
