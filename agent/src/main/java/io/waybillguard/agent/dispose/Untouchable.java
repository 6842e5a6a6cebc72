package io.waybillguard.agent.dispose;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/** What no order may touch, whoever signed it: it would take HQ's eyes or the agent itself. */
public interface Untouchable {
  /**
   * HQ's addresses as they are found now; none when this desk is not enrolled.
   *
   * @throws IOException if they cannot be found
   */
  List<InetAddress> hq() throws IOException;

  /** Name servers that this PC asks, without which HQ is not found. */
  List<InetAddress> nameServers() throws IOException;

  /** This PC's own addresses. */
  List<InetAddress> own() throws IOException;

  /** Programs without which this PC has no network, and the folders of such. */
  List<Path> network();

  /** Files and folders of the agent's. */
  List<Path> files();
}
