package io.waybillguard.agent.sense;

import io.waybillguard.agent.event.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A sensor that sees what a test shows it, and is blind when the test says so. Any thread. */
public final class HandSensor implements Sensor {
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Observation> shown = new ArrayList<>();
  private final List<Observation> held = new ArrayList<>();
  private final List<Observation> there = new ArrayList<>();
  private @Nullable Exception blind;
  private @Nullable Error broken;
  private boolean reduced;
  private boolean called;
  private boolean knowsSigns;
  private boolean keepsAll;
  private boolean oneByOne;
  private Runnable eachLook = () -> {};
  private boolean open;

  public HandSensor(String name) {
    this.name = name;
  }

  /** Something happens where it looks. */
  public void show(Observation... seen) {
    locked(() -> shown.addAll(List.of(seen)));
  }

  /** It holds this back until the agent ends. */
  public void hold(Observation... seen) {
    locked(() -> held.addAll(List.of(seen)));
  }

  /** What it finds whenever it opens its eyes. */
  public void leave(Observation... found) {
    locked(() -> there.addAll(List.of(found)));
  }

  /** From now on opening and looking fail with this: an IOException or a RuntimeException. */
  public void blind(Exception cause) {
    locked(() -> blind = cause);
  }

  /** From now on opening and looking fail with this. */
  public void breakDown(Error cause) {
    locked(() -> broken = cause);
  }

  /** It can see again. */
  public void heal() {
    locked(
        () -> {
          blind = null;
          broken = null;
        });
  }

  /** From now on it sees less than it could. */
  public void reduce() {
    locked(() -> reduced = true);
  }

  /** From now on it says that it would see signs; the test has to see them for it. */
  public void knowSigns() {
    locked(() -> knowsSigns = true);
  }

  /** From now on all that it is shown waits until it looks. */
  public void keepAll() {
    locked(() -> keepsAll = true);
  }

  /**
   * From now on each look takes one thing of what it is shown and leaves the rest.
   *
   * @param each run in each look
   */
  public void lookOneByOne(Runnable each) {
    locked(
        () -> {
          oneByOne = true;
          eachLook = each;
        });
  }

  @Override
  public boolean isBehind() {
    lock.lock();
    try {
      return !shown.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean mayLookLater() {
    lock.lock();
    try {
      return keepsAll;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean expect(Sign sign) {
    lock.lock();
    try {
      return knowsSigns;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it holds on to anything. */
  public boolean isOpen() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Observation> last() {
    List<Observation> all = new ArrayList<>();
    locked(
        () -> {
          all.addAll(held);
          held.clear();
        });
    return all;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Sight open() throws IOException {
    lock.lock();
    try {
      failIfBlind();
      open = true;
      return new Sight(reduced, "what the test shows", there);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    lock.lock();
    try {
      if (!open) {
        throw new IllegalStateException(name + " is not open");
      }
      long left = patience.toNanos();
      while (shown.isEmpty() && !called && !isBlind() && left > 0) {
        left = changed.awaitNanos(left);
      }
      called = false;
      failIfBlind();
      eachLook.run();
      List<Observation> now = oneByOne && !shown.isEmpty() ? shown.subList(0, 1) : shown;
      List<Observation> seen = List.copyOf(now);
      now.clear();
      return seen;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private boolean isBlind() {
    return blind != null || broken != null;
  }

  private void failIfBlind() throws IOException {
    Optional<Error> error = Optional.ofNullable(broken);
    if (error.isPresent()) {
      throw error.get();
    }
    if (blind instanceof IOException cause) {
      throw cause;
    }
    if (blind instanceof RuntimeException cause) {
      throw cause;
    }
  }

  @Override
  public void wake() {
    locked(() -> called = true);
  }

  @Override
  public void close() {
    locked(() -> open = false);
  }
}
