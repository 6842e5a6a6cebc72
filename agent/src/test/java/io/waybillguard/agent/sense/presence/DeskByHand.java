package io.waybillguard.agent.sense.presence;

import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.DeskSigns.Lock;
import io.waybillguard.agent.platform.Presences;
import io.waybillguard.agent.platform.shared.Bell;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A desk that a test lays out by hand. */
final class DeskByHand implements Presences {
  private final Bell bell = new Bell();
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
    bell.await(patience);
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {}
}
