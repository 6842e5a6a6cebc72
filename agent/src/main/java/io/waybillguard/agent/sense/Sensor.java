package io.waybillguard.agent.sense;

import io.waybillguard.agent.event.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Turns what one part of the platform tells into observations. Called from one thread, except
 * {@link #wake}.
 *
 * <p>An empty list means that nothing changed. Not being able to see is never an empty list: it is
 * thrown, and becomes evidence.
 */
public interface Sensor {
  /** Short name, such as {@code usb}; in status, notes and thread names. */
  String name();

  /**
   * Begins to look, or begins again after {@link #close}, and says what is there already that was
   * not reported before.
   *
   * @throws IOException if it cannot see at all; the message says why and what to do
   */
  Sight open() throws IOException;

  /**
   * Waits at most {@code patience} for something to change, then says what did.
   *
   * @throws IOException if it can no longer see, or has lost events; it is closed and opened again
   */
  List<Observation> sense(Duration patience) throws IOException;

  /**
   * What it is at, for status: the progress of long work, what it has in sight, or "" when there is
   * nothing to say. Called from the thread that calls {@link #sense}, after it.
   */
  default String standing() {
    return "";
  }

  /**
   * Has the sensor look for a sign beside everything else: what it finds of it is told to the sign,
   * and makes no record. Safe from any thread.
   *
   * @return whether it is sure to see the sign when it is given; {@code false} for a sensor that
   *     knows none, or has not yet come to the place
   */
  default boolean expect(Sign sign) {
    return false;
  }

  /**
   * Whether the system keeps all that happens until this looks. Then it is left there while the log
   * is behind: told now it could only be counted as lost. Called from the thread that calls {@link
   * #sense}.
   *
   * @throws IOException as {@link #sense}
   */
  default boolean mayLookLater() throws IOException {
    return false;
  }

  /**
   * Whether there is more to tell of what has happened so far: the system keeps it, or this is at
   * work on it. Called from the thread that calls {@link #sense}.
   *
   * @throws IOException as {@link #sense}
   */
  default boolean isBehind() throws IOException {
    return false;
  }

  /** Ends a waiting {@link #sense} early. Safe from any thread, and when nothing waits. */
  void wake();

  /**
   * What it still holds back when the agent ends: sums whose time to be recorded has not come.
   * Called once, before {@link #close}, by the thread that looked.
   */
  default List<Observation> last() {
    return List.of();
  }

  /** Lets go of what it holds. May be called twice, and before {@link #open}. */
  void close();

  /**
   * How a sensor sees, and what it found when it opened its eyes.
   *
   * @param reduced whether it sees less than it could with full rights or a newer kernel
   * @param detail what it looks at and, when reduced, what it cannot see and what to do about it
   * @param found what is there already
   */
  record Sight(boolean reduced, String detail, List<Observation> found) {
    public Sight {
      found = List.copyOf(found);
    }
  }
}
