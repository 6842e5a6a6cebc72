package io.waybillguard.agent.update;

import java.io.IOException;

/**
 * Who puts packages in place, outside of the agent: the agent's side of it. Used by one thread at a
 * time.
 */
public interface Installing {
  /** A unit of the system waits for the agent's word by itself and takes it over (Linux). */
  Installing BY_UNIT =
      new Installing() {
        @Override
        public String refusal() {
          return "";
        }

        @Override
        public void attend(String from, boolean begun) {
          // systemd does
        }

        @Override
        public boolean isOver() {
          return true; // it ends with its last word
        }

        @Override
        public void clear() {
          // the package's scripts do
        }

        @Override
        public String advice() {
          return "on this PC waybill-guard-update.path should be active";
        }
      };

  /** Why nothing can be installed on this PC on HQ's word; "" where it can. */
  String refusal() throws IOException;

  /**
   * Sees to it that the installer is at work. Called while the agent's word waits or was taken and
   * no outcome is there; may be repeated.
   *
   * @param from the version that took the order, whose program is the one that installs
   * @param begun whether the installer has taken the order
   * @throws IOException if it cannot be brought to work
   */
  void attend(String from, boolean begun) throws IOException;

  /** Whether the installer has ended, so that what it used may go. */
  boolean isOver() throws IOException;

  /** Takes away what an update leaves behind: programs of versions that do not run. */
  void clear() throws IOException;

  /** What somebody should look at when nobody installs, in words that end a sentence. */
  String advice();
}
