package io.waybillguard.agent.sense;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Something that the agent does itself so that one sensor has something to see, and of which that
 * sensor makes no record. It is known by a word of chance that only the agent has: what lacks it is
 * anybody's doing. Any thread.
 */
public final class Sign {
  private final String word;
  private final AtomicReference<Instant> seen = new AtomicReference<>();

  /**
   * @param word what the sensor finds in what it sees: a name, a number, a port
   */
  public Sign(String word) {
    if (word.isEmpty()) {
      throw new IllegalArgumentException("a sign without a word is seen everywhere");
    }
    this.word = word;
  }

  /** Whether something that a sensor saw is this. */
  public boolean is(String found) {
    return word.equals(found);
  }

  /** Told by the sensor that saw it; only the first time counts. */
  public void see(Instant at) {
    boolean unused = seen.compareAndSet(null, at);
  }

  /** When it was seen first; empty while it was not. */
  public Optional<Instant> seen() {
    return Optional.ofNullable(seen.get());
  }
}
