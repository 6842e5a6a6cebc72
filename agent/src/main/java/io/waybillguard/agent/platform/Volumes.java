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

  /** What became of a volume that is no longer in the list. */
  enum Fate {
    /** It was unmounted; its medium is still there. */
    RELEASED,
    /** Its medium went while it was mounted. */
    PULLED,
    /** Neither mount nor medium is there any more: which went first cannot be told. */
    UNCLEAR
  }

  /**
   * What became of a volume that {@link #list} gave before and gives no longer.
   *
   * @throws IOException if the system does not tell
   */
  default Fate fate(MountedVolume gone) throws IOException {
    return Fate.UNCLEAR;
  }
}
