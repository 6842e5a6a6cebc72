package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.HostFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinuxHostTest {
  @TempDir private Path root;

  @BeforeEach
  void aMachine() throws IOException {
    put("proc/sys/kernel/hostname", "scan-3\n");
    put("proc/sys/kernel/random/boot_id", "2f1b7b6c-63c5-4a3e-9a54-b2a6a4a0c0de\n");
    put("proc/uptime", "350735.47 234388.90\n");
  }

  @Test
  void aSystemIsCalledAsItsMakerCallsIt() throws IOException {
    put(
        "etc/os-release",
        "# made by hand\nPRETTY_NAME=\"UnionTech OS Desktop 20 Pro\"\nNAME=\"uos\"\nVERSION_ID='20'\n");
    assertEquals(
        new HostFacts(
            "scan-3",
            HostFacts.LINUX,
            "uos",
            "20",
            "2f1b7b6c-63c5-4a3e-9a54-b2a6a4a0c0de",
            Duration.ofMillis(350_735_470)),
        new LinuxHost(root).facts());
  }

  @Test
  void aSystemWithoutVersionOrNameIsLinux() throws IOException {
    put("usr/lib/os-release", "ID=arch\n");
    HostFacts facts = new LinuxHost(root).facts();
    assertEquals("Linux", facts.osName());
    assertEquals("", facts.osVersion());
  }

  private void put(String file, String content) throws IOException {
    Path at = root.resolve(file);
    Files.createDirectories(at.getParent());
    Files.writeString(at, content);
  }
}
