package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.VolumeNature;
import io.waybillguard.agent.platform.Volumes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinuxVolumesTest {
  private static final String MOUNTINFO = "proc/self/mountinfo";

  @TempDir private Path root;

  @BeforeEach
  void realPath() throws IOException {
    root = root.toRealPath();
  }

  @Test
  void aStickIsAVolumeWithLabelSerialAndCarrier() throws IOException {
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    Fixtures.place("mountinfo-stick.txt", root.resolve(MOUNTINFO));
    Fixtures.place("udev-b8_0-stick.txt", root.resolve("run/udev/data/b8:0"));

    MountedVolume stick = only(removable());

    assertEquals(Path.of("/media/courier/U盘 1"), stick.mountPoint());
    assertEquals("/dev/sda", stick.source());
    assertEquals("vfat", stick.fileSystem());
    assertEquals("COURIERUSB", stick.label());
    assertEquals("C807-0D80", stick.serial());
    assertNotNull(stick.carrier());
    assertEquals("RIGSER0001", stick.carrier().serial());
    assertEquals("2-1", stick.carrier().port());
    assertEquals(stick.carrier().passport(), stick.passport());
  }

  @Test
  void withoutUdevLabelAndSerialAreReadFromTheStickItself() throws IOException {
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    Fixtures.place("mountinfo-stick.txt", root.resolve(MOUNTINFO));
    Fixtures.place("superblock-vfat.bin", root.resolve("dev/sda"));
    MountedVolume stick = only(removable());
    assertEquals("COURIERUSB", stick.label());
    assertEquals("BAA6-8CB2", stick.serial());
  }

  @Test
  void whatElseIsKnownOfAVolumeIsTold() throws IOException {
    Fixtures.sysfs("sysfs-partition-mapped.txt", root);
    Fixtures.place("mountinfo-partition.txt", root.resolve(MOUNTINFO));
    Path partition = root.resolve("sys/class/block/sda1").toRealPath();
    Files.writeString(partition.resolve("size"), "122880\n");
    Files.writeString(partition.resolve("partition"), "1\n");
    VolumeNature nature = only(removable()).nature();
    assertEquals(122_880L * 512, nature.bytes());
    assertEquals(1, nature.partition());
    assertFalse(nature.readOnly());
    assertTrue(nature.options().startsWith("rw,relatime"), nature::options);
    assertEquals("/", nature.folder());

    Fixtures.place("mountinfo-mapped.txt", root.resolve(MOUNTINFO));
    Path mapped = root.resolve("sys/class/block/dm-0").toRealPath();
    Files.createDirectories(mapped.resolve("dm"));
    Files.writeString(mapped.resolve("dm/uuid"), "CRYPT-LUKS2-0a1b-cellar\n");
    assertEquals("luks2", only(removable()).nature().encryption());
    Files.writeString(mapped.resolve("dm/uuid"), "CRYPT-BITLK-0a1b-cellar\n");
    assertEquals("bitlocker", only(removable()).nature().encryption());
    Files.writeString(mapped.resolve("dm/uuid"), "LVM-0a1b\n");
    assertEquals("", only(removable()).nature().encryption());
  }

  @Test
  void aBoundFolderAndAReadOnlyFileSystemAreTold() throws IOException {
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(
        root.resolve(MOUNTINFO),
        "40 25 8:0 /docs /srv/docs rw,nosuid - vfat /dev/sda ro,errors=remount-ro\n");
    VolumeNature nature = only(removable()).nature();
    assertEquals("/docs", nature.folder());
    assertTrue(nature.readOnly());
    assertEquals("nosuid,ro,errors=remount-ro", nature.options());
  }

  @Test
  void aVolumeThatIsGoneWasReleasedOrPulledOrNobodyCanTell() throws IOException {
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    Fixtures.place("mountinfo-stick.txt", root.resolve(MOUNTINFO));
    LinuxVolumes volumes = new LinuxVolumes(root);
    MountedVolume stick = only(removable());
    Path link = root.resolve("sys/class/block/sda");
    Path aside = root.resolve("aside");

    Files.move(link, aside);
    assertEquals(Volumes.Fate.PULLED, volumes.fate(stick), "the kernel keeps the mount");
    Files.writeString(root.resolve(MOUNTINFO), "");
    assertEquals(Volumes.Fate.UNCLEAR, volumes.fate(stick));
    Files.move(aside, link);
    assertEquals(Volumes.Fate.RELEASED, volumes.fate(stick));
  }

  @Test
  void aPartitionIsCarriedByTheDeviceOfItsDisk() throws IOException {
    Fixtures.sysfs("sysfs-partition-mapped.txt", root);
    Fixtures.place("mountinfo-partition.txt", root.resolve(MOUNTINFO));
    Fixtures.place("udev-b8_1-partition.txt", root.resolve("run/udev/data/b8:1"));

    MountedVolume partition = only(removable());

    assertEquals("/dev/sda1", partition.source());
    assertEquals("面单 U", partition.label());
    assertNotNull(partition.carrier());
    assertEquals("PART SER/2", partition.carrier().serial());
  }

  @Test
  void aMappedVolumeIsAsRemovableAsTheStickBelowIt() throws IOException {
    Fixtures.sysfs("sysfs-partition-mapped.txt", root);
    Fixtures.place("mountinfo-mapped.txt", root.resolve(MOUNTINFO));

    MountedVolume mapped = only(removable());

    assertEquals("/dev/mapper/cellar", mapped.source());
    assertNotNull(mapped.carrier());
    assertEquals("PART SER/2", mapped.carrier().serial());
    assertEquals("", mapped.label(), "no udev record: no label");
  }

  @Test
  void theDiskInsideIsNotRemovableAndPseudoFileSystemsAreNoVolumes() throws IOException {
    Fixtures.sysfs("sysfs-partition-mapped.txt", root);
    Fixtures.place("mountinfo-partition.txt", root.resolve(MOUNTINFO));
    List<MountedVolume> fixed =
        new LinuxVolumes(root).list().stream().filter(v -> !v.removable()).toList();
    assertEquals(List.of("/dev/vda"), fixed.stream().map(MountedVolume::source).toList());
  }

  @Test
  void aStickPulledWhileMountedIsNoLongerAVolumeThoughTheKernelStillListsIt() throws IOException {
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    Fixtures.place("mountinfo-stick.txt", root.resolve(MOUNTINFO));
    assertEquals(1, removable().size());
    Files.delete(root.resolve("sys/dev/block/8:0"));
    assertEquals(List.of(), removable());
  }

  @Test
  void aStickThatClaimsToBeFixedIsRemovableAllTheSame() throws IOException {
    Fixtures.sysfs("sysfs-stick-keyboard.txt", root);
    Fixtures.place("mountinfo-stick.txt", root.resolve(MOUNTINFO));
    Path flag = root.resolve("sys/dev/block/8:0").toRealPath().resolve("removable");
    assertEquals("1\n", Files.readString(flag));
    Files.writeString(flag, "0\n");
    assertEquals(1, removable().size());
  }

  @Test
  void anImageFileMountedFromTheStickIsAsRemovableAsTheStick() throws IOException {
    Fixtures.sysfs("sysfs-partition-mapped.txt", root);
    Fixtures.place("mountinfo-partition.txt", root.resolve(MOUNTINFO));
    Files.writeString(
        root.resolve(MOUNTINFO),
        "161 25 7:0 / /mnt/image ro shared:70 - iso9660 /dev/loop0 ro\n",
        StandardOpenOption.APPEND);
    Path backing = root.resolve("sys/devices/virtual/block/loop0/loop/backing_file");
    Files.createDirectories(backing.getParent());

    Files.writeString(backing, "/media/courier/面单 U/setup.iso\n");
    assertEquals(
        List.of("/dev/sda1", "/dev/loop0"),
        removable().stream().map(MountedVolume::source).toList());
    MountedVolume image = removable().get(1);
    assertNotNull(image.carrier());
    assertEquals("PART SER/2", image.carrier().serial());

    Files.writeString(backing, "/home/courier/setup.iso\n");
    assertEquals(List.of("/dev/sda1"), removable().stream().map(MountedVolume::source).toList());
  }

  @Test
  void theDiskThatTheSystemRunsFromIsNotRemovableThoughItIsAStick() throws IOException {
    Fixtures.sysfs("sysfs-partition-mapped.txt", root);
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(
        root.resolve(MOUNTINFO),
        """
        25 1 8:1 / / rw,noatime shared:1 - ext4 /dev/sda1 rw
        26 25 253:0 / /home rw shared:2 - ext4 /dev/mapper/cellar rw
        """);
    assertEquals(2, new LinuxVolumes(root).list().size());
    assertEquals(List.of(), removable());
  }

  /** The shape of mmc in sysfs: Documentation/ABI/testing/sysfs-bus-mmc and mmc-dev-attrs.rst. */
  @Test
  void anSdCardIsRemovableAndSolderedMemoryIsNot() throws IOException {
    Path card = root.resolve("sys/devices/platform/mmc0/mmc0:0001");
    Files.createDirectories(card.resolve("block/mmcblk0"));
    Files.createDirectories(root.resolve("sys/dev/block"));
    Files.createSymbolicLink(card.resolve("subsystem"), Path.of("../../../../bus/mmc"));
    Files.createSymbolicLink(root.resolve("sys/dev/block/179:0"), card.resolve("block/mmcblk0"));
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(
        root.resolve(MOUNTINFO), "40 25 179:0 / /media/card rw - exfat /dev/mmcblk0 rw\n");

    Files.writeString(card.resolve("type"), "SD\n");
    assertTrue(only(new LinuxVolumes(root).list()).removable());
    Files.writeString(card.resolve("type"), "MMC\n");
    assertFalse(only(new LinuxVolumes(root).list()).removable());
  }

  @Test
  void escapesOfTheMountTableAreUndone() {
    assertEquals("a b\tc\nd\\e", MountTable.unescaped("a\\040b\\011c\\012d\\134e"));
    assertEquals("plain", MountTable.unescaped("plain"));
  }

  @Test
  void optionalFieldsMayBeNoneOrSeveral() throws IOException {
    List<MountTable.Mount> mounts =
        MountTable.parse(
            """
            1 2 8:1 /r /a rw - ext4 /dev/sda1 rw
            2 2 8:2 / /b rw shared:1 master:2 propagate_from:3 - xfs /dev/sda2 rw
            """
                .getBytes(StandardCharsets.US_ASCII));
    assertEquals("/dev/sda1", mounts.get(0).source());
    assertEquals("/r", mounts.get(0).root());
    assertEquals("xfs", mounts.get(1).fileSystem());
  }

  @Test
  void aLineThatIsCutIsAnErrorThatShowsIt() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> MountTable.parse("1 2 8:1 / /a rw -\n".getBytes(StandardCharsets.US_ASCII)));
    assertTrue(e.toString().contains("1 2 8:1 / /a rw -"), e::toString);
  }

  @Test
  void theMountTableOfThisMachineHasItsRoot() throws IOException {
    assertTrue(
        MountTable.read(Path.of("/proc/self/mountinfo")).stream()
            .anyMatch(m -> m.mountPoint().equals("/")));
    for (MountedVolume volume : new LinuxVolumes().list()) {
      assertTrue(Files.exists(volume.mountPoint()), volume::toString);
    }
  }

  private List<MountedVolume> removable() throws IOException {
    return new LinuxVolumes(root).list().stream().filter(MountedVolume::removable).toList();
  }

  private static MountedVolume only(List<MountedVolume> volumes) {
    assertEquals(1, volumes.size(), volumes::toString);
    return volumes.get(0);
  }
}
