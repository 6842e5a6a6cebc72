package io.waybillguard.agent.sense.presence;

import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.Presence.State;
import io.waybillguard.agent.platform.DeskSigns;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the signs of a desk mean. Pure: the same signs at the same time mean the same. */
final class Reading {
  private Reading() {}

  /**
   * A locked screen counts for more than input: who types at it has not unlocked it yet. Input
   * counts for more than an account: whoever stands at the login window is there.
   *
   * @param idleAfter how long nothing may be touched before the desk counts as left
   */
  static Presence of(DeskSigns signs, Instant now, Duration idleAfter) {
    Optional<Instant> lastInput = signs.lastInput().map(last -> last.isAfter(now) ? now : last);
    boolean isLocked = signs.lock() == DeskSigns.Lock.LOCKED;
    boolean isUsed = lastInput.filter(last -> isWithin(last, now, idleAfter)).isPresent();
    boolean isQuiet =
        !isUsed
            && signs.watchedSince().filter(since -> !isWithin(since, now, idleAfter)).isPresent();
    boolean isEmpty = signs.user().isEmpty() && signs.userUnseen().isEmpty();
    State state =
        isLocked
            ? State.LOCKED
            : isUsed
                ? State.ATTENDED
                : isQuiet ? (isEmpty ? State.NOBODY : State.IDLE) : State.UNKNOWN;
    return new Presence(
        state,
        signs.user(),
        lastInput,
        Presence.Lock.valueOf(signs.lock().name()),
        cannotKnow(signs, state));
  }

  private static boolean isWithin(Instant time, Instant now, Duration idleAfter) {
    return Duration.between(time, now).compareTo(idleAfter) < 0;
  }

  private static String cannotKnow(DeskSigns signs, State state) {
    String soFar =
        state == State.UNKNOWN && signs.inputUnseen().isEmpty()
            ? "nothing was touched yet since watching began"
            : "";
    return Stream.of(signs.inputUnseen(), soFar, signs.lockUnseen(), signs.userUnseen())
        .filter(why -> !why.isEmpty())
        .collect(Collectors.joining("; "));
  }
}
