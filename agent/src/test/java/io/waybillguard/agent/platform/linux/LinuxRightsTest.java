package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Lines of {@code /proc/self/status} as Linux 6.1 (Debian 12) writes them for root, for an ordinary
 * user, and for root in a container of Docker's default rights.
 */
final class LinuxRightsTest {
  @Test
  void rootMissesNothing() throws Exception {
    assertEquals(List.of(), missing("000001ffffffffff"));
  }

  @Test
  void anOrdinaryUserMissesAll() throws Exception {
    assertEquals(
        List.of("CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"),
        missing("0000000000000000"));
  }

  @Test
  void aContainerIsNotRootThoughItSaysSo() throws Exception {
    assertEquals(
        List.of("CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"),
        missing("00000000a80425fb"));
    assertEquals(List.of("CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"), missing("00000000a82425fb"));
  }

  @Test
  void whatTheKernelDoesNotTellIsNotMadeUp() {
    assertThrows(IOException.class, () -> LinuxRights.missing("Name:\tjava\n"));
    assertThrows(IOException.class, () -> missing("all"));
  }

  private static List<String> missing(String effective) throws IOException {
    return LinuxRights.missing(
        "Name:\tjava\nUid:\t0\t0\t0\t0\nCapPrm:\t000001ffffffffff\nCapEff:\t" + effective + "\n");
  }
}
