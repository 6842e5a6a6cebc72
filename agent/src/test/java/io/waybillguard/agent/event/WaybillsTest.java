package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.WaybillNumbers;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** With the forms that the product carries. */
final class WaybillsTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  private Waybills waybills;

  @BeforeEach
  void read() throws Exception {
    WaybillNumbers carried = WaybillNumbers.carried();
    waybills = new Waybills(carried.distinct(), carried.common());
  }

  private void masks(String text, String masked) {
    assertEquals(masked, waybills.masked(text));
  }

  @Test
  void aNumberOfAKnownFormIsMaskedWhereverItStands() {
    masks("/srv/SF1234567890123.jpg", "/srv/***********0123.jpg");
    masks("/srv/77316523125896_正面.jpg", "/srv/**********5896_正面.jpg");
    masks("/srv/yt1234567890123-1.png", "/srv/***********0123-1.png");
    masks("copied JT3002232682242 and EA123456789CN", "copied ***********2242 and *********89CN");
    masks("C:\\面单\\DPK364112047425.bmp", "C:\\面单\\***********7425.bmp");
  }

  @Test
  void fullWidthLettersAndDigitsAreThatNumberToo() {
    masks("/srv/ＳＦ１２３４５６７８９０１２３.jpg", "/srv/***********０１２３.jpg");
  }

  @Test
  void aFormThatManyNumbersHaveIsMaskedInTheNameOfAnImageOnly() {
    masks("/srv/300527476792.jpg", "/srv/********6792.jpg");
    masks("/srv/300527476792.log", "/srv/300527476792.log");
    masks("/cache/300527476792/a.jpg", "/cache/300527476792/a.jpg");
    masks("/srv/13812345678.jpg: gone", "/srv/*******5678.jpg: gone");
  }

  /** Somebody who is in names files and gives programs words as he likes. */
  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // a hang, not a measure
  void howeverLongATextIsItIsLookedAtOnce() {
    String letters = "A7b".repeat(400_000);
    assertEquals(letters, waybills.masked(letters));
    String ends = ".jp".repeat(400_000) + "12345678";
    assertEquals(ends, waybills.masked(ends));
  }

  @Test
  void ofAPathOnlyThePartThatNamesAnImageIsLookedAtForDigits() {
    masks("/s/123456789012/a_987654321098.jpg.tmp", "/s/123456789012/a_********1098.jpg.tmp");
    masks("C:\\s\\987654321098.PNG\\123456789012", "C:\\s\\********1098.PNG\\123456789012");
    masks(".jpg123456789012", ".jpg123456789012");
  }

  @Test
  void aDayAndATimeAreNoNumbers() {
    masks("/srv/20261127/IMG20261127093015.jpg", "/srv/20261127/IMG20261127093015.jpg");
    masks("/srv/20261127093015123.jpg", "/srv/20261127093015123.jpg");
    masks("/srv/20269927.jpg", "/srv/****9927.jpg");
  }

  @Test
  void aHashAVersionAndAShortNumberStayAsTheyAre() {
    String hash = "7".repeat(14) + "ab".repeat(25);
    masks(hash, hash);
    masks("/usr/lib/jvm/java-17.0.15/7731652.so", "/usr/lib/jvm/java-17.0.15/7731652.so");
    masks("", "");
  }

  @Test
  void aNumberIsRecognisedOnceAndInOneSpelling() {
    assertEquals(Set.of("SF1234567890123"), waybills.numbers("/srv/ｓｆ1234567890123.jpg"));
    assertEquals(Set.of("77316523125896"), waybills.numbers("copied 77316523125896"));
    assertEquals(Set.of("300527476792"), waybills.numbers("C:\\x\\300527476792.png"));
    assertEquals(Set.of(), waybills.numbers("/srv/300527476792.log /20261127/IMG20261127.jpg"));
  }

  @Test
  void withAKeyARecordTellsATagForEachNumberAndWithoutOneNone() throws Exception {
    WaybillKey key = new WaybillKey(new byte[WaybillKey.BYTES]).forLog("0123456789abcdef");
    String text = "/srv/SF1234567890123.jpg and /srv/300527476792.jpg";
    SensorBlind event = new SensorBlind(NOON, "image", NOON, text);
    Json.Obj plain = Json.parse(desk(waybills).body(event, 1, NOON));
    Json.Obj tagged = Json.parse(desk(waybills.taggedBy(Optional.of(key))).body(event, 1, NOON));
    List<String> tags = tagged.object("unmapped").texts("waybill_tags");
    assertEquals(Set.of(key.tag("SF1234567890123"), key.tag("300527476792")), Set.copyOf(tags));
    assertFalse(tagged.toString().contains("SF12345678"), tagged::toString);
    assertFalse(plain.toString().contains("waybill_tags"), plain::toString);
    assertEquals(plain.text("message", ""), tagged.text("message", ""));
  }

  @Test
  void aRecordOfMoreFilesThanAnyHasABoundedNumberOfTags() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("/").append(300527476000L + i).append(".jpg");
    }
    Waybills keyed = waybills.taggedBy(Optional.of(new WaybillKey(new byte[WaybillKey.BYTES])));
    SensorBlind event = new SensorBlind(NOON, "image", NOON, text.toString());
    Json.Obj body = Json.parse(desk(keyed).body(event, 1, NOON));
    assertEquals(Waybills.MOST_TAGS, body.object("unmapped").texts("waybill_tags").size());
  }

  private static Desk desk(Waybills forms) {
    return new Desk(
        "0123456789abcdef",
        "",
        "",
        new Desk.Os(200, "Linux", ""),
        "boot",
        ZoneOffset.UTC,
        "1",
        forms);
  }

  @Test
  void whatAnySensorSaysOfAPathIsMaskedOnItsWayToBytesAndNoIdentifierIs() throws Exception {
    String number = "77316523125896";
    Desk desk =
        new Desk(
            "0123456789abcdef",
            "",
            "",
            new Desk.Os(200, "Linux", ""),
            number,
            ZoneOffset.UTC,
            "1",
            waybills);
    FileRef program =
        new FileRef("/srv/" + number + ".jpg", "elf", 1, "", "gone: " + number, "", false, true);
    UsbDevice stick =
        new UsbDevice("1-1", "0781", "5567", number, "", number, List.of("08/06/50"), "p");
    List<Event> events =
        List.of(
            new ProgramAppeared(
                NOON, program, Origin.NOT_SEEN_ON_MEDIUM, new ProcessRef(1, "/x/" + number, "")),
            new SensorBlind(NOON, "image", NOON, "/srv/" + number + ": lost"),
            new Finding(
                NOON,
                "program-from-removable-media",
                Severity.HIGH,
                List.of(1L),
                Json.object().put("path", "/srv/" + number)));
    for (Event event : events) {
      Json.Obj body = Json.parse(desk.body(event, 1, NOON));
      assertEquals(number, body.object("device").text("boot_uid"));
      String told = event.ocsf().json().toString();
      assertTrue(told.contains(number), told);
      body.put("device", "");
      assertFalse(body.toString().contains(number), body::toString);
      assertTrue(body.toString().contains("**********5896"), body::toString);
    }
    Json.Obj usb = Json.parse(desk.body(new UsbAttached(NOON, stick, false), 1, NOON));
    assertEquals(number, usb.object("peripheral_device").text("serial_number"));
  }
}
