package io.waybillguard.agent.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;

/** What somebody elsewhere holds open to this PC, to be ended. One thread. */
public interface RemoteLines {
  /**
   * A TCP connection.
   *
   * @param here this PC's address
   * @param herePort its port here
   * @param peer the other's address
   * @param peerPort its port there
   */
  record Line(InetAddress here, int herePort, InetAddress peer, int peerPort) {}

  /**
   * A process that serves a remote login.
   *
   * @param pid its number, which another process may have by now
   * @param executable what it ran
   * @param before when it ran already: one that was started later is another
   */
  record Server(long pid, String executable, Instant before) {}

  /** What came of it. */
  enum Cut {
    /** It is closed. */
    CLOSED,
    /** It could not be closed, so the process that held it was ended. */
    ENDED,
    /** There is no such thing (any more). */
    ABSENT
  }

  /** Whether the connection is open. */
  boolean holds(Line line) throws IOException;

  /**
   * Closes the connection, and no other.
   *
   * @throws UnsupportedHere if this system cannot
   * @throws IOException if it would not; the connection may still be open
   */
  Cut cut(Line line) throws IOException;

  /** Whether the process runs. */
  boolean runs(Server server) throws IOException;

  /**
   * Ends the process, and no other: asks it first, and does not ask twice.
   *
   * @throws UnsupportedHere if this system cannot
   * @throws IOException if it would not
   */
  Cut end(Server server) throws IOException;
}
