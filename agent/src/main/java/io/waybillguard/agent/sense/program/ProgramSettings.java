package io.waybillguard.agent.sense.program;

import java.time.Duration;

/**
 * Bounds of the program sensor.
 *
 * @param hashLimit size in bytes up to which a program is hashed, &gt; 0; a larger one is recorded
 *     without
 * @param hashPatience how long others may wait for the hash of a program and for the look at
 *     removable media, &gt; 0; what takes longer is recorded without, and once more when it is
 *     known
 * @param mediumFiles most files of a removable medium that are remembered by size, &gt; 0
 * @param mediumDepth deepest folder of a medium that is looked into, ≥ 1; 1 is the medium's own
 * @param mediumPatience how long to go through a medium, &gt; 0
 * @param readerMemory how long after reading from a medium a process is taken to carry what it
 *     read, &gt; 0
 */
public record ProgramSettings(
    long hashLimit,
    Duration hashPatience,
    int mediumFiles,
    int mediumDepth,
    Duration mediumPatience,
    Duration readerMemory) {

  /** The defaults: 1 GiB, 3 s, 20,000 files in 8 levels within 30 s, 5 min. */
  public static final ProgramSettings DEFAULT =
      new ProgramSettings(
          1L << 30,
          Duration.ofSeconds(3),
          20_000,
          8,
          Duration.ofSeconds(30),
          Duration.ofMinutes(5));

  public ProgramSettings {
    if (hashLimit <= 0
        || mediumFiles <= 0
        || mediumDepth < 1
        || isNotPositive(hashPatience)
        || isNotPositive(mediumPatience)
        || isNotPositive(readerMemory)) {
      throw new IllegalArgumentException(
          "every bound of the program sensor must be above 0: hashLimit="
              + hashLimit
              + " hashPatience="
              + hashPatience
              + " mediumFiles="
              + mediumFiles
              + " mediumDepth="
              + mediumDepth
              + " mediumPatience="
              + mediumPatience
              + " readerMemory="
              + readerMemory);
    }
  }

  /** These settings with another size in bytes up to which a program is hashed. */
  public ProgramSettings hashingUpTo(long bytes) {
    return new ProgramSettings(
        bytes, hashPatience, mediumFiles, mediumDepth, mediumPatience, readerMemory);
  }

  private static boolean isNotPositive(Duration duration) {
    return duration.isNegative() || duration.isZero();
  }
}
