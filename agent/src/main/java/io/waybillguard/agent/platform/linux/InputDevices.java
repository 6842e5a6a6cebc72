package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a keyboard or mouse of this PC was last used, from {@code /dev/input/event*} (evdev).
 *
 * <p>What was typed is not read: of each event its time and its type (key, motion, or neither), and
 * of a key whether the kernel itself repeats it while it is held. The code, which says which key,
 * is skipped (only that of a synchronisation, which is no key, is looked at); nothing but the
 * newest time is kept, and the buffer is overwritten with zeros.
 *
 * <p>Devices that a program has made (uinput: {@code /sys/devices/virtual/input}) do not count:
 * remote-control programs type by them. What comes in by xrdp or VNC never appears here. Limit:
 * Bluetooth keyboards come by uhid, through which a program with root's rights could make one too.
 *
 * <p>No read waits: descriptors are non-blocking and the kernel keeps what happened meanwhile. One
 * thread.
 */
final class InputDevices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InputDevices.class);

  // struct input_event of linux/input.h on 64-bit systems: s64 seconds, s64 microseconds,
  // u16 type, u16 code, s32 value.
  static final int EVENT = 24;
  private static final int MICROS = 8;
  static final int TYPE = 16;
  static final int CODE = 18;
  static final int VALUE = 20;

  // linux/input-event-codes.h
  static final int EV_SYN = 0;
  private static final int EV_KEY = 1;
  private static final int EV_REL = 2;
  private static final int EV_ABS = 3;

  /** The code of EV_SYN that no driver sends and no program takes for anything. */
  static final int SYN_CONFIG = 1;

  /** The value of a key that is held: input_repeat_key in drivers/input/input.c. */
  private static final int REPEATED = 2;

  /** Most events that are read at once: the kernel keeps 64 and more a device. */
  private static final int BATCH = 128;

  private static final int MOST_BATCHES = 64;

  private final Path devices;
  private final Path classes;
  private final InstantSource clock;
  private final Memory events = new Memory((long) BATCH * EVENT);
  private final Map<String, Fd> open = new HashMap<>();

  /** Those that are no keyboard and no mouse, or a program's; until they are gone. */
  private final Set<String> passedOver = new HashSet<>();

  private @Nullable Instant last;
  private @Nullable Instant since;
  private OptionalInt sign = OptionalInt.empty();
  private String unseen = "";

  /**
   * @param root where /dev and /sys are; another folder in tests
   */
  InputDevices(Path root, InstantSource clock) {
    this.devices = root.resolve("dev/input");
    this.classes = root.resolve("sys/class/input");
    this.clock = clock;
  }

  /** Takes in new devices, lets go of old ones, and reads what happened on the others. */
  void look() {
    unseen = listed();
    for (Map.Entry<String, Fd> device : List.copyOf(open.entrySet())) {
      if (!read(device.getValue())) {
        LOG.debug("input device {} is gone", device.getKey());
        device.getValue().close();
        open.remove(device.getKey());
      }
    }
    if (open.isEmpty()) {
      since = null;
      if (unseen.isEmpty()) {
        unseen = "cannot see input: no keyboard or mouse is connected to this PC";
      }
    } else if (since == null) {
      since = clock.instant();
    }
  }

  private String listed() {
    if (!Files.isDirectory(devices)) {
      return "cannot see input: there is no "
          + devices
          + " here; run the agent on the PC itself, not in a container";
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(devices, "event*")) {
      all.forEach(device -> names.add(device.getFileName().toString()));
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return "cannot see input: " + devices + " cannot be listed (" + e.getMessage() + ")";
    }
    passedOver.retainAll(names);
    if (!names.isEmpty() && !Files.isDirectory(classes)) {
      return "cannot see input: without "
          + classes
          + " a keyboard cannot be told from what a program made; mount /sys";
    }
    String denied = "";
    for (String name : names) {
      if (open.containsKey(name) || passedOver.contains(name)) {
        continue;
      }
      if (!counts(name)) {
        passedOver.add(name);
        continue;
      }
      try {
        open.put(name, Fd.open(raw(devices.resolve(name)), Libc.O_RDONLY | Libc.O_NONBLOCK));
      } catch (IOException e) {
        denied = "cannot see all input (" + e.getMessage() + "); run the agent as root";
      }
    }
    return denied;
  }

  private static String raw(Path path) {
    return new String(
        path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
        java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private boolean counts(String name) {
    return counts(classes, name);
  }

  /** Whether it is a device of this PC's that has keys or buttons. */
  static boolean counts(Path classes, String name) {
    Path device = classes.resolve(name);
    try {
      return !device.toRealPath().toString().contains("/devices/virtual/input/")
          && Files.readString(device.resolve("device/capabilities/key"))
              .matches("(?s).*[1-9a-f].*");
    } catch (IOException e) {
      LOG.debug("input device {} cannot be asked what it is: {}", name, e.toString());
      return false;
    }
  }

  /**
   * @return whether the device is still there
   */
  private boolean read(Fd device) {
    for (int i = 0; i < MOST_BATCHES; i++) {
      long length = Libc.read(device.number(), events, events.size());
      if (length < 0) {
        int errno = Libc.errno();
        return errno == Libc.EAGAIN || errno == Libc.EINTR;
      }
      for (long at = 0; at + EVENT <= length; at += EVENT) {
        take(at);
      }
      events.clear();
      if (length < events.size()) {
        return true;
      }
    }
    return true;
  }

  private void take(long at) {
    int type = events.getShort(at + TYPE);
    if (type == EV_SYN && events.getShort(at + CODE) == SYN_CONFIG) {
      sign = OptionalInt.of(events.getInt(at + VALUE));
      return;
    }
    boolean isRepeated = type == EV_KEY && events.getInt(at + VALUE) == REPEATED;
    if (isRepeated || (type != EV_KEY && type != EV_REL && type != EV_ABS)) {
      return;
    }
    // The wall clock, unless a reader asks for another: EVIOCSCLOCKID in drivers/input/evdev.c.
    Instant time =
        Instant.ofEpochSecond(events.getLong(at), events.getLong(at + MICROS) % 1_000_000 * 1000);
    if (last == null || time.isAfter(last)) {
      last = time;
    }
  }

  /** What there is to wait for: each becomes readable when its device is touched. */
  List<Fd> descriptors() {
    return List.copyOf(open.values());
  }

  /** The newest use, by the wall clock; may lie ahead when that was set back since. */
  Optional<Instant> last() {
    return Optional.ofNullable(last);
  }

  /** The number that came last with {@link #SYN_CONFIG}, which only a program sends. */
  OptionalInt lastSign() {
    return sign;
  }

  /** From when on each use is known; empty when none is. */
  Optional<Instant> since() {
    return Optional.ofNullable(since);
  }

  /** What cannot be seen, why, and what to do; "" when all can. */
  String unseen() {
    return unseen;
  }

  @Override
  public void close() {
    open.values().forEach(Fd::close);
    open.clear();
    passedOver.clear();
    since = null;
  }
}
