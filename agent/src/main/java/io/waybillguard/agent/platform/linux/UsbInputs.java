package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UsbInput;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The input devices that the kernel made of a HID interface: {@code
 * INTERFACE/BUS:VENDOR:PRODUCT.N/input/inputN}, with what they can send in {@code capabilities}.
 */
final class UsbInputs {
  // linux/input-event-codes.h
  private static final int KEY_A = 30;
  private static final int KEY_Z = 44;
  private static final int KEY_ENTER = 28;
  private static final int REL_X = 0;
  private static final int ABS_X = 0;
  private static final int BTN_LEFT = 0x110;
  private static final int BTN_TOUCH = 0x14a;

  private static final int WORD_BITS = 64;

  private UsbInputs() {}

  /**
   * In the order of their names.
   *
   * @param folder of the interface
   */
  static List<UsbInput> of(Path folder) throws IOException {
    List<UsbInput> found = new ArrayList<>();
    for (Path hid : children(folder, "*:*:*.*")) {
      for (Path input : children(hid.resolve("input"), "input*")) {
        BigInteger keys = bits(input, "key");
        boolean types = types(input);
        boolean points =
            (bits(input, "rel").testBit(REL_X) || bits(input, "abs").testBit(ABS_X))
                && (keys.testBit(BTN_LEFT) || keys.testBit(BTN_TOUCH));
        found.add(new UsbInput(Sysfs.attribute(input.resolve("name")).orElse(""), types, points));
      }
    }
    return found;
  }

  /** Whether an input device can send letters. */
  static boolean types(Path input) throws IOException {
    BigInteger keys = bits(input, "key");
    return keys.testBit(KEY_A) && keys.testBit(KEY_Z) && keys.testBit(KEY_ENTER);
  }

  /** A bit map, in hex words of the kernel's own size, the highest first, without zeros before. */
  private static BigInteger bits(Path input, String what) throws IOException {
    String words = Sysfs.attribute(input.resolve("capabilities/" + what)).orElse("0").strip();
    BigInteger all = BigInteger.ZERO;
    for (String word : words.split(" ")) {
      if (!word.matches("[0-9a-f]{1,16}")) {
        return BigInteger.ZERO; // no bit map of ours: nothing is claimed
      }
      all = all.shiftLeft(WORD_BITS).or(new BigInteger(word, 16));
    }
    return all;
  }

  private static List<Path> children(Path folder, String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, pattern)) {
      all.forEach(found::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of(); // no HID interface, or pulled while being read
    }
    found.sort(null);
    return found;
  }
}
