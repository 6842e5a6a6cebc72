package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Merkle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvidenceShowTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path root;
  private TestHome home;

  @BeforeEach
  void open() throws Exception {
    home = TestHome.in(root, NOON);
  }

  @AfterEach
  void close() throws Exception {
    home.close();
  }

  /** A record of a stick seals at once; so does each of these. */
  private void recordFour() throws Exception {
    home.enrol().record(Seen.attached(NOON, "A")).pin(NOON.plusSeconds(1));
    home.witness(NOON.plusSeconds(2));
    home.record(Seen.attached(NOON, "B")).pin(NOON.plusSeconds(61));
    home.record(Seen.attached(NOON, "C"));
  }

  @Test
  void eachRecordSaysHowWellItIsSecuredAndByWhichCheckpoint() throws Exception {
    recordFour();
    Json.Obj witnessed = show(0);
    assertEquals("witnessed", witnessed.text("state"));
    assertEquals(1, witnessed.object("sealed").number("size"));
    assertEquals("2026-06-12T04:00:01.000Z", witnessed.object("pinned").text("at"));
    assertEquals("2026-06-12T04:00:02.000Z", witnessed.object("witnessed").text("at"));
    Json.Obj pinned = show(1);
    assertEquals("pinned", pinned.text("state"));
    assertEquals(2, pinned.object("pinned").number("size"));
    assertFalse(pinned.has("witnessed"));
    assertEquals("sealed", show(2).text("state"));
  }

  @Test
  void aCosignatureOfSomebodyElseCountsForNothing() throws Exception {
    recordFour();
    try (TestHome other = TestHome.in(root.resolve("other"), NOON)) {
      other.record(Seen.attached(NOON, "A")).enrol();
      java.nio.file.Files.copy(
          other.data().resolve("enrolment.json"),
          home.data().resolve("enrolment.json"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    assertEquals("sealed", show(0).text("state"));
  }

  @Test
  void theLeafItsHashAndTheEventAreShown() throws Exception {
    recordFour();
    Json.Obj shown = show(1);
    try (LogReader log = LogReader.open(home.data())) {
      assertEquals(Merkle.leaf(log.leaf(1).orElseThrow()).hex(), shown.text("leaf_hash"));
    }
    assertEquals(1, shown.object("leaf").number("seq"));
    assertEquals("holds", shown.text("content"));
    assertEquals(1010, shown.object("event").number("class_uid"));
    CalledMain people = home.call(Language.ZH, "evidence", "show", "1");
    assertTrue(people.out().contains("\n总部已见证  还没有\n"), people.out());
    assertTrue(people.out().contains("，包含前 2 条记录\n"), people.out());
    assertTrue(people.out().contains("\n    \"serial_number\": \"B\",\n"), people.out());
  }

  @Test
  void anErasedRecordStillHasItsPlaceAndItsPromise() throws Exception {
    recordFour();
    home.erase(0);
    Json.Obj shown = show(0);
    assertEquals("erased", shown.text("content"));
    assertEquals("witnessed", shown.text("state"));
    assertEquals(1, shown.object("leaf").objects("body").size());
    CalledMain people = home.call(Language.EN, "evidence", "show", "0");
    assertTrue(people.out().contains("erased; the record still holds the promise"), people.out());
  }

  @Test
  void aRecordThatWasExchangedIsNotShownAsIfItWereTrue() throws Exception {
    recordFour();
    home.tamper("UPDATE leaf SET data=(SELECT data FROM leaf WHERE idx=2) WHERE idx=1");
    CalledMain called = home.call(Language.ZH, "evidence", "show", "1");
    assertEquals(Exit.FAILED.code(), called.code());
    assertEquals("", called.out());
    assertTrue(called.err().startsWith("waybill-guard: 证据日志已损坏："), called.err());
  }

  @Test
  void aNumberThatNoRecordHasIsWrongInput() throws Exception {
    recordFour();
    CalledMain called = home.call(Language.EN, "evidence", "show", "1204");
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals(
        "waybill-guard: There is no record 1204. The log holds 3, counted from 0.\n", called.err());
  }

  private Json.Obj show(long seq) throws Exception {
    CalledMain called = home.call(Language.ZH, "evidence", "show", String.valueOf(seq), "--json");
    assertEquals("", called.err());
    assertEquals(Exit.DONE.code(), called.code());
    return Json.parse(called.out().strip().getBytes(StandardCharsets.UTF_8));
  }
}
