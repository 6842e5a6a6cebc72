package io.waybillguard.agent.evidence;

import java.io.IOException;

/**
 * What a system can do to keep a secret's bytes of no use away from this PC. Safe from any thread.
 */
public interface Wrapping {
  /**
   * Wraps.
   *
   * @throws IOException if the system does not
   */
  byte[] wrap(byte[] secret) throws IOException;

  /**
   * Takes the wrapping off.
   *
   * @throws IOException if this system did not wrap it, or it was changed since
   */
  byte[] unwrap(byte[] wrapped) throws IOException;
}
