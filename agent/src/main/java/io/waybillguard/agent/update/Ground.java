package io.waybillguard.agent.update;

import java.io.IOException;
import java.nio.file.Path;

/** What the {@link Installer} needs of the machine. Used by one thread; calls may take minutes. */
public interface Ground {
  /** A package that may not be installed here; the message says why. */
  final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    /** The message says why. */
    public Unfit(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * How a run of the setup program ended.
   *
   * @param code its exit code; 0 when all was done
   * @param said its last words, in whatever language it speaks
   */
  record Ended(int code, String said) {}

  /** Exit code of a setup program that had begun, and after which the version before runs. */
  int WENT_BACK = 1;

  /**
   * Looks at a package anew: signature, platform, version, hash.
   *
   * @param file in a folder that nobody else may write
   * @param note its release
   * @return the version that is signed
   * @throws Unfit if it may not be installed here
   */
  String check(Path file, Path note) throws IOException, Unfit;

  /** The version that the service runs or would run; "" when there is none. */
  String installed() throws IOException;

  /** Whether the service runs. */
  boolean runs() throws IOException;

  /** Has the new version take over; the one before keeps its files, and its entries. */
  Ended lay(Path setup) throws IOException, InterruptedException;

  /** Makes the entries (list of programs, menu, removal) those of the new version. */
  Ended settle(Path setup) throws IOException, InterruptedException;

  /** Whether the version before, whose program this is, reaches HQ now. */
  boolean reachesHq();

  /**
   * Has the version before take over again, with a record of it, and takes the failed one's files
   * away. May be repeated.
   *
   * @param failed the version that was not healthy
   * @throws IOException if it does not run afterwards
   */
  void putBack(String failed) throws IOException, InterruptedException;
}
