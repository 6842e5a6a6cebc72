package io.waybillguard.agent.sense;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DestinationsTest {
  @Test
  void aProgramIsKnownByItsNameInWhateverFolderOfEitherSystem() throws Exception {
    Destinations known =
        new Destinations(
            List.of(
                new Destinations.Destination(
                    "drive", List.of("aDrive.exe"), List.of(), List.of(), List.of())));
    InetAddress peer = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 7});
    assertEquals("drive", known.of("C:\\Users\\店长\\AppData\\Local\\aDrive\\adrive.exe", "", peer));
    assertEquals("drive", known.of("/opt/wine/aDrive.exe", "", peer));
    assertEquals("", known.of("C:\\tools\\notaDrive.exe", "", peer));
    assertEquals("", known.of("", "", peer));
  }
}
