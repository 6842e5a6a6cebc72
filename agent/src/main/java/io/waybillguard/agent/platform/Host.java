package io.waybillguard.agent.platform;

import java.io.IOException;

/** What this machine is. */
public interface Host {
  /**
   * The facts as they are now.
   *
   * @throws IOException if the system does not tell
   */
  HostFacts facts() throws IOException;
}
