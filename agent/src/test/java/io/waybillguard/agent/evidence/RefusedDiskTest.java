package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk refuses the n-th request to make, write, cut or sync a file, for every n of a log's
 * short life: the process lives, what it was shown is all in the log once there is room again, and
 * the log says that the disk refused.
 *
 * <p>Every request is tried by hand with {@code -Dwg.disk.stride=1}; in the build, every few.
 */
final class RefusedDiskTest {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedDiskTest.class);

  private static final Pattern FIGURES =
      Pattern.compile("lives=(\\d+) requests=\\d+ with_store_full=(\\d+) starts_refused=\\d+");

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(ints = {DiskShim.ENOSPC, DiskShim.EIO})
  void whicheverRequestTheDiskRefusesNothingIsLost(int error) throws Exception {
    DiskShim shim = DiskShim.builtIn(temp);
    Path root = Files.createDirectories(temp.resolve("root"));
    List<String> said =
        shim.run(
            RefusedDiskChild.class, root, root, error, 1, Integer.getInteger("wg.disk.stride", 7));
    String last = said.get(said.size() - 1);
    LOG.warn("errno={} {}", error, last);
    Matcher figures = FIGURES.matcher(last);
    assertTrue(figures.matches(), last);
    long lives = Long.parseLong(figures.group(1));
    long told = Long.parseLong(figures.group(2));
    // The rest are refused before there is a log, or in what can wait: keys, the WAL, the reserve.
    assertTrue(told > lives / 2, last);
  }
}
