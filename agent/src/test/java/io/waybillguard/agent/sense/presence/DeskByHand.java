package io.waybillguard.agent.sense.presence;

import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.DeskSigns.Lock;
import io.waybillguard.agent.platform.Presences;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A desk that a test lays out by hand. */
final class DeskByHand implements Presences {
  private final Semaphore called = new Semaphore(0);
  String user = "";
  String userUnseen = "";
  Optional<Instant> lastInput = Optional.empty();
  Optional<Instant> watchedSince = Optional.empty();
  String inputUnseen = "";
  Lock lock = Lock.UNLOCKED;
  String lockUnseen = "";

  @Override
  public String open() {
    return inputUnseen;
  }

  @Override
  public DeskSigns look() {
    return new DeskSigns(user, userUnseen, lastInput, watchedSince, inputUnseen, lock, lockUnseen);
  }

  @Override
  public void await(Duration patience) {
    try {
      if (called.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        called.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void wake() {
    called.release();
  }

  @Override
  public void close() {}
}
