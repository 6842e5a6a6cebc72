package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.DeskSigns.Lock;
import io.waybillguard.agent.platform.Presences;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The desk by its input devices, logind's files and word, and the programs that lock screens. A
 * locking program that tells logind nothing and is not known by name is not seen. Input is read at
 * each look; who is logged in and whether the screen is locked, every two seconds.
 */
public final class LinuxPresences implements Presences {
  private static final Duration LOOK_AT_SCREEN_EVERY = Duration.ofSeconds(5);

  /** After a touch, time alone ends a wait: who types need not wake the agent with each key. */
  private static final Duration AT_WORK = Duration.ofSeconds(10);

  private final Path root;
  private final InstantSource clock;
  private final InputDevices input;
  private final LoginBus bus;
  private final Lockers lockers;
  private final Utmp.Layout layout = Utmp.Layout.of(System.getProperty("os.arch"));

  /** Guarded by this object, since {@link #wake} comes from any thread. */
  private @Nullable Waiter waiter;

  private Instant screenSeen = Instant.MIN;
  private Screen screen = new Screen(new Console("", "", false, ""), Lock.UNKNOWN, "");

  private record Screen(Console console, Lock lock, String unseen) {}

  public LinuxPresences(InstantSource clock) {
    this(Path.of("/"), clock);
  }

  /**
   * @param root where /dev, /proc, /run and /sys are; another folder in tests
   */
  LinuxPresences(Path root, InstantSource clock) {
    this.root = root;
    this.clock = clock;
    this.input = new InputDevices(root, clock);
    this.bus = new LoginBus(LoginBus.usual(root));
    this.lockers = new Lockers(root.resolve("proc"));
  }

  @Override
  public String open() throws IOException {
    close();
    DeskSigns signs = look();
    List<String> unseen =
        Stream.of(signs.inputUnseen(), signs.lockUnseen(), signs.userUnseen())
            .filter(why -> !why.isEmpty())
            .toList();
    if (signs.watchedSince().isEmpty()
        && signs.lock() == Lock.UNKNOWN
        && !signs.userUnseen().isEmpty()) {
      throw new IOException(String.join("; ", unseen));
    }
    return unseen.stream().collect(Collectors.joining("; "));
  }

  @Override
  public DeskSigns look() {
    input.look();
    Instant now = clock.instant();
    if (now.isBefore(screenSeen) || !now.isBefore(screenSeen.plus(LOOK_AT_SCREEN_EVERY))) {
      screen = screen();
      screenSeen = now;
    }
    return new DeskSigns(
        screen.console().user(),
        screen.console().unseen(),
        input.last(),
        input.since(),
        input.unseen(),
        screen.lock(),
        screen.unseen());
  }

  private Screen screen() {
    Console console = Console.look(root, layout);
    if (console.behindLogin()) {
      return new Screen(console, Lock.LOCKED, "");
    }
    try {
      if (lockers.running().isPresent()) {
        return new Screen(console, Lock.LOCKED, "");
      }
    } catch (IOException e) {
      return new Screen(
          console, Lock.UNKNOWN, "cannot see whether the screen is locked: " + e.getMessage());
    }
    if (console.session().isEmpty()) {
      return new Screen(
          console,
          Lock.UNKNOWN,
          console.user().isEmpty() && console.unseen().isEmpty()
              ? "" // nobody is logged in: there is nothing to lock
              : "cannot see for sure whether the screen is locked: systemd-logind tells no session");
    }
    try {
      return new Screen(console, bus.isLocked(console.session()) ? Lock.LOCKED : Lock.UNLOCKED, "");
    } catch (IOException e) {
      return new Screen(
          console,
          Lock.UNKNOWN,
          "cannot see for sure that the screen is not locked ("
              + e.getMessage()
              + "); no known locking program runs");
    }
  }

  @Override
  public OptionalInt lastSign() {
    return input.lastSign();
  }

  @Override
  public void await(Duration patience) throws IOException {
    Waiter waits = waiter();
    boolean isTouched =
        input.last().filter(last -> last.plus(AT_WORK).isAfter(clock.instant())).isPresent();
    // Who works touches something all the time: only the first touch after a rest is waited for.
    Waiter.Woken unused = waits.await(isTouched ? List.of() : input.descriptors(), patience);
  }

  private synchronized Waiter waiter() throws IOException {
    Waiter open = waiter;
    if (open == null) {
      open = new Waiter(List.of());
      waiter = open;
    }
    return open;
  }

  @Override
  public synchronized void wake() {
    Waiter open = waiter;
    if (open != null) {
      open.wake();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (waiter != null) {
        waiter.close();
        waiter = null;
      }
    }
    input.close();
    bus.close();
    screenSeen = Instant.MIN;
  }
}
