package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a look at all files has no business. */
final class MountsElsewhereTest {
  @TempDir Path temp;

  @Test
  void theKernelsOwnFoldersAndOtherComputersAreElsewhere() throws Exception {
    Path table =
        Files.writeString(
            temp.resolve("mountinfo"),
            """
            22 27 0:20 / /proc rw,nosuid shared:12 - proc proc rw
            27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
            30 27 0:50 / /mnt/\\345\\205\\254\\345\\217\\270 rw - cifs //nas/a rw
            31 27 8:1 / /srv/scan rw - ext4 /dev/sda1 rw
            32 27 0:51 / /mnt/late rw - nfs4 nas:/b rw
            33 32 8:2 / /mnt/late rw - ext4 /dev/sdb1 rw
            """);
    Predicate<Path> elsewhere = MountsElsewhere.now(table);
    assertTrue(elsewhere.test(Path.of("/proc")));
    assertFalse(elsewhere.test(Path.of("/")));
    assertFalse(elsewhere.test(Path.of("/srv/scan")));
    assertFalse(elsewhere.test(Path.of("/mnt/late")), "something else lies over it");
  }

  @Test
  void onThisMachineProcIsElsewhereAndTheRootIsNot() throws Exception {
    Predicate<Path> elsewhere = MountsElsewhere.now(Path.of("/proc/self/mountinfo"));
    assertTrue(elsewhere.test(Path.of("/proc")));
    assertFalse(elsewhere.test(Path.of("/")));
  }
}
