package io.waybillguard.agent.platform;

import java.io.IOException;
import java.util.List;

/** The mounted volumes. */
public interface Volumes {
  /**
   * What is mounted and can be reached now, in the order of mounting. A file system whose medium
   * was pulled while mounted is not in it, even when the system still lists it.
   *
   * @throws IOException if the system does not tell
   */
  List<MountedVolume> list() throws IOException;
}
