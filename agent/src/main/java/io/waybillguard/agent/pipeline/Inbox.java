package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RecordsLost;
import io.waybillguard.agent.event.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the sensors leave what they saw: bounded, and the only object that threads share on the way
 * to the log. Nobody waits here to leave something. What does not fit is counted by type, and the
 * count becomes a record.
 */
public final class Inbox {
  /**
   * So many taken at once are a burst. A commit with something urgent is signed, which takes Java's
   * Ed25519 some milliseconds without its better compiler: at a signature for each handful of
   * records, two thirds of the pipeline's time went into them (measured with 5,000 new programs a
   * second).
   */
  private static final int BURST = 16;

  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition emptied = lock.newCondition();
  private final ArrayDeque<Observation> waiting = new ArrayDeque<>();
  private final Map<String, Long> lost = new HashMap<>();
  private @Nullable Instant lostFrom;
  private @Nullable Instant lostUntil;
  private boolean urgent;
  private boolean woken;

  /** Whether what was taken last was a burst: then what is urgent waits for company, too. */
  private boolean inBurst;

  /** How many the taker waits for. */
  private int enough = 1;

  /**
   * @param capacity most observations that wait, ≥ 1
   */
  public Inbox(int capacity) {
    this.capacity = capacity;
  }

  /** Leaves an observation, or counts it as lost when the inbox is full. Never waits. */
  public void offer(Observation seen) {
    lock.lock();
    try {
      if (waiting.size() >= capacity) {
        lost.merge(seen.type(), 1L, Long::sum);
        // What sensors sum up comes late: the newest is not always the last to come.
        lostFrom = lostFrom == null || seen.at().isBefore(lostFrom) ? seen.at() : lostFrom;
        lostUntil = lostUntil == null || seen.at().isAfter(lostUntil) ? seen.at() : lostUntil;
        return;
      }
      waiting.add(seen);
      urgent |= seen.urgency() == Urgency.CRITICAL;
      if (urgent || waiting.size() >= enough) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is room for who can leave what it has where it is, which is the half of all:
   * the other half is for those who cannot.
   *
   * @return whether there is
   */
  public boolean awaitRoom(Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (!hasRoom() && left > 0) {
        left = emptied.awaitNanos(left);
      }
      return hasRoom();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom() {
    return waiting.size() <= capacity / 2;
  }

  /** Ends a waiting {@link #take} early. */
  public void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what is there, oldest first: at most {@code most}, waiting at most {@code idle} for the
   * first and then at most {@code gather} for company. Something urgent, or a wake-up, ends the
   * waiting; in a burst, something urgent ends the first alone.
   */
  public List<Observation> take(int most, Duration idle, Duration gather)
      throws InterruptedException {
    lock.lock();
    try {
      await(idle, 1, true);
      if (!waiting.isEmpty()) {
        await(gather, Math.min(most, capacity), !inBurst);
      }
      woken = false;
      List<Observation> batch = new ArrayList<>(Math.min(most, waiting.size()));
      while (batch.size() < most && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
      if (waiting.isEmpty()) {
        urgent = false;
      }
      if (hasRoom()) {
        emptied.signalAll();
      }
      inBurst = batch.size() >= BURST;
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits, with the lock held, until so many are there, something is urgent and ends it, or the
   * time is over.
   */
  private void await(Duration patience, int many, boolean untilUrgent) throws InterruptedException {
    enough = many;
    long left = patience.toNanos();
    while (waiting.size() < enough && !(urgent && untilUrgent) && !woken && left > 0) {
      left = changed.awaitNanos(left);
    }
  }

  /** What was lost since the last call, if anything was. */
  public Optional<RecordsLost> takeLosses(Instant now) {
    lock.lock();
    try {
      if (lost.isEmpty() || lostFrom == null || lostUntil == null) {
        return Optional.empty();
      }
      RecordsLost note = new RecordsLost(now, lostFrom, lostUntil, lost, "inbox full");
      lost.clear();
      lostFrom = null;
      lostUntil = null;
      return Optional.of(note);
    } finally {
      lock.unlock();
    }
  }

  /** How many wait. */
  public int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }
}
