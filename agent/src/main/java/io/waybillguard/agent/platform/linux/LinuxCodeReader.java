package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import io.waybillguard.agent.platform.CodeReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A scanner that types: a USB device with a keyboard's interface, read from {@code /dev/input}
 * (evdev) while something is expected and not otherwise.
 *
 * <p>What is read goes through {@link CodeMatch}, which holds how far a code has come and no digit;
 * the buffer is overwritten with zeros. The device is not grabbed: what it reads reaches the
 * scanning program as well.
 *
 * <p>Only a device on this PC's own USB counts. One that a program has made (uinput, under {@code
 * /sys/devices/virtual}) does not, whatever ids it claims: remote-control programs can make one.
 * Limit: with root's rights more can be forged; such a person could write the record too.
 */
public final class LinuxCodeReader implements CodeReader {
  // struct input_event of linux/input.h on 64-bit systems.
  private static final int EVENT = 24;
  private static final int TYPE = 16;
  private static final int CODE = 18;
  private static final int VALUE = 20;

  // linux/input-event-codes.h
  private static final int EV_KEY = 1;
  private static final int PRESSED = 1;

  private static final int BATCH = 64;
  private static final int MOST_BATCHES = 32;

  private static final Pattern DEVICE =
      Pattern.compile(
          "([0-9a-f]{4}):([0-9a-f]{4})(?: serial:([^\\s,]+))?(?: port:([0-9]+-[0-9.]+))?");

  private final Path root;
  private final String wanted;
  private final Matcher device;
  private final Memory events = new Memory((long) BATCH * EVENT);
  private List<CodeMatch> expected = List.of();
  private @Nullable Fd open;
  private String unseen = "";

  /**
   * @param device {@code VENDOR:PRODUCT}, in hex, perhaps with {@code serial:…} and {@code port:…}
   *     behind
   */
  public LinuxCodeReader(String device) {
    this(Path.of("/"), device);
  }

  LinuxCodeReader(Path root, String device) {
    this.root = root;
    this.wanted = device;
    this.device = DEVICE.matcher(device);
    if (!this.device.matches()) {
      throw new IllegalArgumentException("\"" + device + "\" names no USB device");
    }
  }

  @Override
  public void expect(List<String> codes) {
    expected = codes.stream().map(CodeMatch::new).toList();
    if (codes.isEmpty()) {
      close();
    }
  }

  @Override
  public OptionalInt read() {
    if (expected.isEmpty()) {
      return OptionalInt.empty();
    }
    Fd scanner = opened();
    if (scanner == null) {
      return OptionalInt.empty();
    }
    OptionalInt found = OptionalInt.empty();
    for (int i = 0; i < MOST_BATCHES; i++) {
      long length = Libc.read(scanner.number(), events, events.size());
      if (length < 0) {
        int errno = Libc.errno();
        if (errno != Libc.EAGAIN && errno != Libc.EINTR) {
          close(); // pulled out; the next look finds it when it is back
        }
        break;
      }
      for (long at = 0; at + EVENT <= length; at += EVENT) {
        if (events.getShort(at + TYPE) == EV_KEY && events.getInt(at + VALUE) == PRESSED) {
          OptionalInt now = key(events.getShort(at + CODE));
          found = now.isPresent() ? now : found;
        }
      }
      events.clear();
      if (length < events.size()) {
        break;
      }
    }
    return found;
  }

  private OptionalInt key(int code) {
    OptionalInt found = OptionalInt.empty();
    for (int i = 0; i < expected.size(); i++) {
      if (expected.get(i).key(code)) {
        found = OptionalInt.of(i);
      }
    }
    return found;
  }

  private @Nullable Fd opened() {
    if (open == null) {
      try {
        open = find();
        unseen = "";
      } catch (IOException e) {
        unseen = String.valueOf(e.getMessage());
      }
    }
    return open;
  }

  private Fd find() throws IOException {
    Path classes = root.resolve("sys/class/input");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(classes, "event*")) {
      for (Path each : all) {
        Path real = each.toRealPath();
        if (isTheScanner(real)) {
          Path node = root.resolve("dev/input").resolve(each.getFileName().toString());
          return Fd.open(node.toString(), Libc.O_RDONLY | Libc.O_NONBLOCK);
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw new IOException("input devices cannot be listed: " + e.getMessage(), e);
    }
    throw new IOException("the scanner " + wanted + " (notice.scanner) is not plugged in here");
  }

  /** Whether an input device belongs to the USB device that is enrolled. */
  private boolean isTheScanner(Path input) throws IOException {
    if (input.toString().contains("/devices/virtual/")) {
      return false;
    }
    for (Path at = input; at != null && !at.equals(root); at = at.getParent()) {
      if (Files.exists(at.resolve("idVendor"))) {
        String port = device.group(4);
        String serial = device.group(3);
        return is(at.resolve("idVendor"), device.group(1))
            && is(at.resolve("idProduct"), device.group(2))
            && (serial == null || is(at.resolve("serial"), serial))
            && (port == null || at.getFileName().toString().equals(port));
      }
    }
    return false;
  }

  private static boolean is(Path attribute, String value) throws IOException {
    return Files.exists(attribute) && Files.readString(attribute).strip().equals(value);
  }

  @Override
  public String unseen() {
    return unseen;
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
