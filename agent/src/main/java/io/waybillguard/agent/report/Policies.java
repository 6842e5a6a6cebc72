package io.waybillguard.agent.report;

import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;
import java.util.Optional;

/**
 * What this PC does with HQ's policies. Called by the report thread, which fetches the documents.
 * Versions only grow: an older one is refused, whoever sends it.
 */
public interface Policies {
  /** A PC that takes no policies. */
  Policies NONE =
      new Policies() {
        @Override
        public boolean areTaken() {
          return false;
        }

        @Override
        public void prepare(Command command, Command.Message message) {}

        @Override
        public Optional<Command.Message> prepared(String id) {
          return Optional.empty();
        }

        @Override
        public boolean isInForce(Command command) {
          return false;
        }

        @Override
        public void apply(Command command, Command.Message message, byte[] document) {
          throw new IllegalArgumentException("this PC takes no policies");
        }
      };

  /** Whether commands about policies can be run here. */
  boolean areTaken();

  /**
   * Looks at a command and keeps it, durably, before it is in the log.
   *
   * @throws IllegalArgumentException if it names no policy, or an older one than this PC has had
   * @throws IOException if it cannot be kept
   */
  void prepare(Command command, Command.Message message) throws IOException;

  /** The command of this id, if it was prepared and nothing was prepared since. */
  Optional<Command.Message> prepared(String id) throws IOException;

  /** Whether the rules go by it already, so that its document need not be fetched. */
  boolean isInForce(Command command);

  /**
   * Has the rules go by a policy, after it is kept durably and the log says so. Again changes
   * nothing.
   *
   * @param document as HQ sent it
   * @throws IllegalArgumentException if it is not the one that was signed, is not understood, or is
   *     older than what this PC has had; the message says why, and all is as it was
   * @throws IOException if it cannot be kept or written down now
   */
  void apply(Command command, Command.Message message, byte[] document)
      throws IOException, InterruptedException;
}
