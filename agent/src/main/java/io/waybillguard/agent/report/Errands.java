package io.waybillguard.agent.report;

import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;

/**
 * What this PC does for HQ that takes long or concerns others than the log's writer. Called by the
 * report thread, which does not wait: whoever does an errand writes its {@code hq.result}.
 */
public interface Errands {
  /** A PC that runs no errands. */
  Errands NONE =
      new Errands() {
        @Override
        public boolean knows(String type) {
          return false;
        }

        @Override
        public void prepare(Command command) {}

        @Override
        public boolean begin(String type, String id) {
          return false;
        }
      };

  /** Whether commands of this type can be run here. */
  boolean knows(String type);

  /**
   * Looks at a command and keeps it, durably, before it is in the log. Nothing is done yet; a crash
   * now leaves a command that HQ sends again.
   *
   * @throws IllegalArgumentException if what it asks for makes no sense; the message says what
   * @throws IOException if it cannot be kept
   */
  void prepare(Command command) throws IOException;

  /**
   * Begins, or goes on with after a new start, what was prepared: it is in the log as taken.
   *
   * @return false if nothing of it was kept
   */
  boolean begin(String type, String id) throws IOException;
}
