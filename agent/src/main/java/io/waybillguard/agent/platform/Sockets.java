package io.waybillguard.agent.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * Connections of this machine and the bytes that each has carried, as the kernel counts them.
 * Called from one thread, except {@link #wake}.
 *
 * <p>What goes by UDP, QUIC among it, is counted only where the kernel tells of it; the view says.
 */
public interface Sockets {
  /**
   * How much is seen.
   *
   * @param reduced whether less than with full rights and a newer system
   * @param detail what is watched and, when reduced, what cannot be seen, why, and what to do
   */
  record View(boolean reduced, String detail) {}

  /**
   * What a connection has carried so far.
   *
   * @param id the connection's own number, never given twice while the system is up
   * @param by whose it is; {@link ProcessFacts#UNKNOWN} when it ended before that could be found
   *     out
   * @param peer the other end
   * @param port the port at the other end
   * @param incoming whether the other end began it
   * @param sent bytes of content that left for the other end, repeats not counted; since the
   *     connection began, or since this port was opened where that was later
   * @param received bytes of content that came, likewise
   * @param ended whether it is over: then the counts are final
   */
  record Reading(
      long id,
      ProcessFacts by,
      InetAddress peer,
      int port,
      boolean incoming,
      long sent,
      long received,
      boolean ended) {}

  /**
   * Begins to look. What connections that are there already have carried is not counted.
   *
   * @throws IOException if nothing can be seen at all; the message says why and what to do
   */
  View open() throws IOException;

  /**
   * Waits at most {@code patience}, then tells of the connections of which something changed.
   *
   * @throws IOException if nothing can be seen any more, or the ends of connections were lost
   */
  List<Reading> await(Duration patience) throws IOException;

  /** Ends a waiting {@link #await} early. Safe from any thread, and when nothing waits. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
