package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * What the kernel can be made to tell again or to pass on, so that who listens has something to
 * hear: with a word of one's own in it, and of no meaning to anybody else. Both need root.
 */
public final class LinuxSigns {
  private final Path root;

  public LinuxSigns() {
    this(Path.of("/"));
  }

  /**
   * @param root where /dev and /sys are; another folder in tests
   */
  LinuxSigns(Path root) {
    this.root = root;
  }

  /**
   * The file by which the kernel repeats its message about a device: the machine's own USB
   * controller, or {@code /dev/null} where it has none, since all messages come by the same socket.
   */
  public Optional<Path> repeatable() throws IOException {
    Path usb = root.resolve("sys/bus/usb/devices");
    if (Files.isDirectory(usb)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(usb, "usb*")) {
        for (Path controller : all) {
          if (Files.isWritable(controller.resolve("uevent"))) {
            return Optional.of(controller.resolve("uevent"));
          }
        }
      }
    }
    return Optional.of(root.resolve("sys/class/mem/null/uevent")).filter(Files::isWritable);
  }

  /**
   * Has the kernel say that a device changed, which it did not. udev applies its rules again, as it
   * does for {@code udevadm trigger}. Source: Documentation/ABI/testing/sysfs-uevent.
   *
   * @param word comes with the message, as SYNTH_UUID
   * @throws IOException if the kernel does not take it: before 4.13 it knows no words
   */
  public void repeat(Path device, UUID word) throws IOException {
    write(device, ByteBuffer.wrap(("change " + word).getBytes(StandardCharsets.US_ASCII)));
  }

  /** A keyboard or mouse of this PC that can be sent something; empty when there is none. */
  public Optional<Path> input() throws IOException {
    Path devices = root.resolve("dev/input");
    if (!Files.isDirectory(devices)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(devices, "event*")) {
      for (Path device : all) {
        if (Files.isWritable(device)
            && InputDevices.counts(
                root.resolve("sys/class/input"), device.getFileName().toString())) {
          return Optional.of(device);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Sends a number through the queue of an input device: as the value of a synchronisation that has
   * no meaning (EV_SYN, SYN_CONFIG), so no key, no motion, and nothing that a program acts on. The
   * report that follows makes the kernel pass it on (input_handle_event in drivers/input/input.c).
   */
  public void send(Path device, int number) throws IOException {
    ByteBuffer events = ByteBuffer.allocate(2 * InputDevices.EVENT).order(ByteOrder.nativeOrder());
    events
        .putShort(InputDevices.TYPE, (short) InputDevices.EV_SYN)
        .putShort(InputDevices.CODE, (short) InputDevices.SYN_CONFIG)
        .putInt(InputDevices.VALUE, number);
    // The second is EV_SYN, SYN_REPORT, 0: zeros; the kernel puts in the time.
    write(device, events);
  }

  /** In one call: the kernel takes each write for a whole one. */
  private static void write(Path file, ByteBuffer bytes) throws IOException {
    try (FileChannel to = FileChannel.open(file, StandardOpenOption.WRITE)) {
      int length = bytes.remaining();
      if (to.write(bytes) != length) {
        throw new IOException(file + " did not take all of " + length + " bytes");
      }
    }
  }
}
