package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;

/** What the system tells of people who are at this PC from elsewhere. One thread, except wake. */
public interface RemoteAccess {
  /**
   * Begins to look.
   *
   * @return what cannot be seen and what to do about it; "" when everything can
   * @throws IOException if nothing can be seen at all; the message says why and what to do
   */
  String open() throws IOException;

  /**
   * What there is at this moment.
   *
   * @throws IOException if it cannot be told; an empty answer always means that nobody is there
   */
  RemoteSigns look() throws IOException;

  /**
   * Whether a process that the system calls by this name is of this program: systems cut names off,
   * or do not care for capitals.
   *
   * @param name of {@link RemoteSigns.ToolProcess}
   * @param program as a list of tools names it
   */
  boolean isNamed(String name, String program);

  /**
   * Lets a change in these folders, and in no others that were named before, end {@link #await}.
   *
   * @param logs where programs write of logins
   * @return whether by now whatever a look or those folders could tell of one who comes ends a
   *     wait, so that to look by the clock is only a net; who goes may end none
   */
  boolean watch(Collection<Path> logs) throws IOException;

  /**
   * Waits for {@code most}, or until something may have changed, but then for {@code least}, or
   * until {@link #wake}.
   *
   * @return whether something may have changed; {@code false} where the system does not say so
   * @throws IOException if it can no longer wait
   */
  boolean await(Duration least, Duration most) throws IOException;

  /** Ends a waiting {@link #await} early, or the next one. Safe from any thread. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
