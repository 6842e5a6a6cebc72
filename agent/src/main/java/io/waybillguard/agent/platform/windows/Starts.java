package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Programs that are started. Used by one thread, which never waits here. */
interface Starts {
  /**
   * Begins, or begins anew. What runs already is learned, and not told of.
   *
   * @throws IOException if processes cannot be listed
   */
  void begin() throws IOException;

  /** How starts are seen and, when less than could be, why. */
  String detail();

  /** How long until {@link #look} is due. */
  Duration due();

  /**
   * Those that were started since the last look; that starts were lost, and that more or less is
   * seen from now on.
   *
   * @throws IOException if nothing is seen any more
   */
  List<FileEvent> look() throws IOException;

  /** Lets go of everything held. May be called twice, and before {@link #begin}. */
  void close();
}
