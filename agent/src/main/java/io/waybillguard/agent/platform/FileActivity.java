package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Files being written and run. Called from one thread, except {@link #wake}. Never tells of what
 * the agent itself does.
 */
public interface FileActivity {
  /**
   * How much is seen.
   *
   * @param reduced whether less than with full rights and a newer system
   * @param detail what is watched and, when reduced, what cannot be seen, why, and what to do
   */
  record View(boolean reduced, String detail) {}

  /**
   * Begins to look.
   *
   * @throws IOException if nothing can be seen at all; the message says why and what to do
   */
  View open() throws IOException;

  /**
   * Waits at most {@code patience}, then tells what happened, in the order the system told it. A
   * long backlog comes in parts of bounded size. An empty list means that nothing happened.
   *
   * @throws IOException if nothing can be seen any more, or events were lost and it is not known
   *     where; close and open again
   */
  List<FileEvent> await(Duration patience) throws IOException;

  /**
   * Whether the system keeps all that was not fetched by {@link #await} yet, and has memory for
   * more of it: then nothing is lost by coming later.
   *
   * @throws IOException if it cannot be asked
   */
  default boolean keepsAll() throws IOException {
    return false;
  }

  /**
   * How many events the system keeps that were not fetched by {@link #await} yet, about; 0 also
   * where it cannot be asked.
   *
   * @throws IOException if it does not answer
   */
  default long kept() throws IOException {
    return 0;
  }

  /**
   * From now on also tells when this one file is read, wherever it lies, until it is gone or this
   * is closed. Asked for twice, it is as good as once. Where reading cannot be seen nothing comes
   * of it, which the view says.
   *
   * @throws IOException if the system has no room for one more
   */
  void follow(Path file) throws IOException;

  /** Ends a waiting {@link #await} early. Safe from any thread, and when nothing waits. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
