package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.PackagesContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class DpkgPackagesTest implements PackagesContract {
  @TempDir private Path root;
  private Instant now = Instant.parse("2026-06-12T04:33:00Z");

  /** As dpkg 1.21 lays it out: folders too, each line ended; sums without the first slash. */
  @Override
  public Packages packages() throws IOException {
    Path info = Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    Files.writeString(info.resolve("tools.list"), "/.\n/usr\n/usr/bin\n/usr/bin/tool\n");
    Files.writeString(info.resolve("tools.md5sums"), MD5 + "  usr/bin/tool\n");
    Files.writeString(info.resolve("libx:amd64.list"), "/.\n/usr\n/lib/libx.so");
    Files.writeString(info.resolve("empty.list"), "");
    return new DpkgPackages(root, () -> now);
  }

  @Test
  void aPathThatMovedBelowUsrIsFoundAsItsPackageListsIt() throws IOException {
    Packages.Owner owner = packages().owner(Path.of("/usr/lib/libx.so"));
    assertEquals(new Packages.Owner(Packages.Known.OWNED, "libx", ""), owner);
  }

  @Test
  void aNewPackageIsKnownASecondLaterAndARemovedOneForgotten() throws IOException {
    Packages packages = packages();
    assertEquals(Packages.Known.NONE, packages.owner(Path.of("/opt/new")).known());
    Path info = root.resolve("var/lib/dpkg/info");
    Files.writeString(info.resolve("new.list"), "/opt/new\n");
    Files.delete(info.resolve("tools.list"));
    Files.setLastModifiedTime(info, FileTime.from(now.plusSeconds(9)));
    now = now.plusSeconds(1);
    assertEquals("new", packages.owner(Path.of("/opt/new")).name());
    assertEquals(Packages.Known.NONE, packages.owner(Path.of("/usr/bin/tool")).known());
  }

  @Test
  void aSystemWithoutDpkgIsUnknown() {
    Packages none = new DpkgPackages(root.resolve("nowhere"), () -> now);
    assertEquals(Packages.Owner.UNKNOWN, none.owner(Path.of("/usr/bin/tool")));
  }

  @Test
  void everyPathOfManyListsIsFoundAndNoOther() throws IOException {
    Random random = new Random(20261127);
    Path info = Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    List<List<String>> lists = new ArrayList<>();
    for (int p = 0; p < 40; p++) {
      List<String> paths = new ArrayList<>();
      for (int i = random.nextInt(200); i >= 0; i--) {
        paths.add("/opt/" + p + "/" + Long.toHexString(random.nextLong()));
      }
      lists.add(paths);
      Files.write(info.resolve("p" + p + ".list"), paths);
    }
    Packages packages = new DpkgPackages(root, () -> now);
    for (int p = 0; p < lists.size(); p++) {
      List<String> paths = lists.get(p);
      Collections.shuffle(paths, random);
      for (String path : paths) {
        assertEquals("p" + p, packages.owner(Path.of(path)).name());
        assertEquals(Packages.Known.NONE, packages.owner(Path.of(path + "x")).known());
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisMachinesOwnProgramsBelongToPackages() throws IOException {
    Path dpkg = Path.of("/usr/bin/dpkg");
    Assumptions.assumeTrue(Files.exists(dpkg), "SKIPPED: no dpkg here");
    Packages real = new DpkgPackages(InstantSource.system());
    Packages.Owner owner = real.owner(dpkg.toRealPath());
    assertEquals("dpkg", owner.name());
    assertTrue(owner.md5().matches("[0-9a-f]{32}"), owner::toString);
    assertEquals("bash", real.owner(Path.of("/bin/bash").toRealPath()).name());
    assertEquals(Packages.Known.NONE, real.owner(Path.of("/usr/bin/no-such")).known());
  }
}
