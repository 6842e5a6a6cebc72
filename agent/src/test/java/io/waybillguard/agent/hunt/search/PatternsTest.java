package io.waybillguard.agent.hunt.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.UsbDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How people write what is to be found. */
final class PatternsTest {
  private static boolean fits(String glob, String path) {
    return new PathGlob(glob).fits(path);
  }

  @Test
  void starsStayInOneFolderAndDoubleOnesGoThroughAll() {
    assertTrue(fits("/home/*/.cache/sync", "/home/desk/.cache/sync"));
    assertFalse(fits("/home/*/sync", "/home/desk/.cache/sync"));
    assertTrue(fits("/home/**/sync", "/home/desk/.cache/sync"));
    assertTrue(fits("/home/**/sync", "/home/sync"));
    assertTrue(fits("**/sync?.exe", "D:\\x\\sync1.exe"));
    assertFalse(fits("/opt/Sync", "/opt/sync"), "Linux minds the case");
    assertTrue(fits("C:\\Users\\*\\AppData\\**", "c:\\users\\A\\appdata\\x\\y.exe"));
    assertFalse(fits("/opt/a.c", "/opt/abc"), "a dot is a dot");
  }

  @Test
  void theFolderAboveAllThatCanFitIsWhereToLook() {
    assertEquals("/opt/x", new PathGlob("/opt/x/*.sh").below());
    assertEquals("", new PathGlob("**/x").below());
    assertEquals("", new PathGlob("/*/x").below());
    assertEquals("C:\\Users", new PathGlob("C:\\Users\\*\\x").below());
  }

  @Test
  void whatIsNoWholePathIsRefused() {
    for (String bad : List.of("sync.exe", "opt/x", "~/x", "")) {
      assertThrows(IllegalArgumentException.class, () -> new PathGlob(bad), bad);
    }
  }

  @Test
  void wordsAreFoundAnywhereAndWithStarsFromEndToEnd() {
    assertTrue(new TextPattern("Sync").isIn("/opt/cloudsync --auto"));
    assertTrue(new TextPattern("cloud*auto").isIn("CloudSync --auto"));
    assertFalse(new TextPattern("cloud*auto").isIn("a CloudSync --auto"));
  }

  @Test
  void devicesAreNamedByPassportOrByTheirNumbers() {
    UsbDevice stick =
        new UsbDevice(
            "1-2", "0781", "5567", "4C53", "SanDisk", "Cruzer", List.of(), "ab".repeat(32));
    for (String yes : List.of("0781:5567", "0781:5567:4c53", "ABABABAB", "ab".repeat(32))) {
      assertTrue(new UsbPattern(yes).fits(stick), yes);
    }
    for (String no : List.of("0781:5568", "0781:5567:4c", "abababac")) {
      assertFalse(new UsbPattern(no).fits(stick), no);
    }
    assertThrows(IllegalArgumentException.class, () -> new UsbPattern("SanDisk"));
  }

  @Test
  void aSearchIsReadAsItWasWritten() {
    Json.Obj args =
        Json.object()
            .put("title", "云盘")
            .put("spread", 600)
            .put("sha256", List.of("ab".repeat(32)))
            .put("path", List.of("/opt/**"))
            .put("usb", List.of("0781:5567"))
            .put(
                "remote_tool",
                List.of(Json.object().put("id", "todesk").put("programs", List.of("ToDesk"))));
    assertEquals(args, Search.of(args).args());
  }

  @Test
  void aSearchForNothingOrForNonsenseIsRefused() {
    for (String bad :
        List.of(
            "{\"title\":\"t\"}",
            "{\"path\":[\"/x\"]}",
            "{\"title\":\"t\",\"sha256\":[\"AB\"]}",
            "{\"title\":\"t\",\"path\":\"/x\"}",
            "{\"title\":\"t\",\"path\":[\"x\"]}",
            "{\"title\":\"t\",\"path\":[\"/x\"],\"spread\":100000}",
            "{\"title\":\"t\",\"sigma\":[{\"name\":\"a\",\"text\":\"b\"}]}")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Search.of(Json.parse(bad.getBytes(java.nio.charset.StandardCharsets.UTF_8))),
          bad);
    }
  }
}
