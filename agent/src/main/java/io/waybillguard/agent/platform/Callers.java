package io.waybillguard.agent.platform;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Who on this PC speaks to us over its loopback address. Safe from any thread. */
public interface Callers {
  /**
   * Whoever holds the other end of a connection.
   *
   * @param uid the account's number
   * @param session the system's name of the login that its process belongs to, or "" when that
   *     cannot be told
   */
  record Caller(long uid, String session) {}

  /**
   * Looks for the caller.
   *
   * @param theirs the other end of a connection to us
   * @param ours our end
   * @return empty when there is no such connection on this PC (any more)
   * @throws IOException if the system does not tell
   */
  Optional<Caller> of(InetSocketAddress theirs, InetSocketAddress ours) throws IOException;
}
