package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.RecordsErased;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.event.Urgency;
import io.waybillguard.agent.evidence.bundle.BundleVerifier;
import io.waybillguard.agent.evidence.bundle.BundleWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Erasing content: what goes leaves no trace, what stays is proved as before. */
final class ErasureTest {
  private static final Duration ROUND = Duration.ofMinutes(73);

  @TempDir Path folder;
  private TestLog desk;

  @BeforeEach
  void open() throws IOException {
    desk = TestLog.in(folder.resolve("data"));
  }

  @AfterEach
  void close() {
    desk.close();
  }

  // -- no trace --------------------------------------------------------------------------------

  /**
   * The same requests, once to a log and once as plain {@code DELETE} to a copy of its file: with
   * {@code secure_delete} SQLite wipes the rows that go, but not what it left behind when it moved
   * them to other pages. That the copy shows traces is what makes their absence in the log mean
   * something. Rows lie the same for a seed, whatever their salts.
   */
  @Test
  void erasedContentLeavesNoTraceWhereAPlainDeleteDoes() throws Exception {
    int tracesOfDelete = 0;
    for (long seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      try (TestLog log = TestLog.in(folder.resolve("log-" + seed))) {
        addOfAllSizes(log, 6_000, random);
        Map<Long, byte[]> salts = salts(log);
        Path copy = folder.resolve("copy-" + seed + ".db");
        copyOfBodies(log.file(), copy);
        SortedSet<Long> gone = new TreeSet<>();
        for (int i = 0; i < 130; i++) {
          SortedSet<Long> request = some(random, salts.keySet(), 25);
          request.removeAll(gone);
          gone.addAll(request);
          log.log().erase(request, "request-" + i);
          delete(copy, request);
        }
        tidy(log);
        assertFalse(log.log().isErasing());
        List<byte[]> saltsGone = gone.stream().map(salts::get).toList();
        assertTrue(gone.size() > 2_400, gone.size() + " are gone");
        assertEquals(List.of(), traces(log.file(), saltsGone), "seed " + seed);
        tracesOfDelete += traces(copy, saltsGone).size();
      }
    }
    assertTrue(tracesOfDelete > 0, "a plain DELETE leaves traces, or this test cannot see any");
  }

  /** The bodies in a table that needs no more than its key. */
  private static void copyOfBodies(Path from, Path to) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + to);
        java.sql.Statement s = c.createStatement()) {
      s.execute("PRAGMA secure_delete=ON");
      s.execute("PRAGMA journal_mode=WAL");
      s.execute(
          "CREATE TABLE body(idx INTEGER, part INTEGER, salt BLOB NOT NULL, data BLOB NOT NULL,"
              + " PRIMARY KEY(idx,part)) STRICT, WITHOUT ROWID");
      s.execute("ATTACH '" + from + "' AS log");
      s.execute("INSERT INTO body SELECT idx, part, salt, data FROM log.body ORDER BY idx, part");
    }
  }

  private static void delete(Path file, SortedSet<Long> records) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
        java.sql.Statement s = c.createStatement()) {
      s.execute("PRAGMA secure_delete=ON");
      s.execute("BEGIN");
      for (long index : records) {
        s.execute("DELETE FROM body WHERE idx=" + index);
      }
      s.execute("COMMIT");
      s.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  /** Rows of all sizes, erased in any order, some by their age and some by name. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void erasedContentLeavesNoTraceInAnyFile(long seed) throws Exception {
    Random random = new Random(seed);
    addOfAllSizes(2_000, random);
    desk.cosign(EvidenceLog.Witness.MIRROR);
    Map<Long, byte[]> salts = salts();
    SortedSet<Long> named = new TreeSet<>();
    for (int i = 0; i < 12; i++) {
      SortedSet<Long> request = some(random, salts.keySet(), 1 + random.nextInt(40));
      desk.log().erase(request, "request-" + i);
      named.addAll(request);
      addOfAllSizes(random.nextInt(60), random);
    }
    desk.clock().pass(Duration.ofDays(31));
    desk.add(1).cosign(EvidenceLog.Witness.MIRROR);
    tidy();
    assertFalse(desk.log().isErasing());
    Map<Long, byte[]> left = salts();
    assertTrue(left.size() < 1_500, left.size() + " bodies are left");
    assertTrue(left.size() > 500, left.size() + " bodies are left");
    Map<Long, byte[]> gone = new HashMap<>(salts);
    gone.keySet().removeAll(left.keySet());
    assertTrue(gone.keySet().containsAll(named));
    assertEquals(List.of(), traces(gone.values()));
    assertEquals(left.size(), traces(left.values()).size(), "what stays is found");
    desk.assertSound();
  }

  /** Rows go while others stay for a case among them; then those are erased too. */
  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void nothingIsLeftBehindWhenRowsGo(long seed) throws Exception {
    Random random = new Random(seed);
    addOfAllSizes(2_500, random);
    for (int i = 0; i < 4; i++) {
      long from = random.nextInt(2_400);
      desk.log().hold("HZ-" + i, new Span(from, from + 1 + random.nextInt(30)));
    }
    desk.cosign(EvidenceLog.Witness.MIRROR);
    Map<Long, byte[]> old = salts();
    desk.clock().pass(Duration.ofDays(181));
    addOfAllSizes(500, random);
    desk.cosign(EvidenceLog.Witness.MIRROR);
    tidy();
    long rows = bodyRows();
    assertTrue(rows < 2_000, rows + " rows are left");
    Map<Long, byte[]> left = salts();
    for (Hold hold : desk.read(LogReader::holds)) {
      desk.log().release(hold.caseNo(), hold.records());
    }
    desk.log().erase(new TreeSet<>(left.keySet().stream().filter(i -> i < 2_500).toList()), "PI-1");
    tidy();
    assertFalse(desk.log().isErasing());
    assertTrue(bodyRows() < rows);
    old.keySet().removeAll(salts().keySet());
    assertTrue(old.size() > 2_490);
    assertEquals(List.of(), traces(old.values()));
    desk.assertSound();
  }

  private long bodyRows() throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + desk.file());
        java.sql.Statement s = c.createStatement();
        java.sql.ResultSet r = s.executeQuery("SELECT count(*) FROM body")) {
      return r.getLong(1);
    }
  }

  @Test
  void whileSomebodyReadsItIsNotCalledErased() throws Exception {
    addOfAllSizes(300, new Random(7));
    Map<Long, byte[]> salts = salts();
    List<byte[]> salt = List.of(salts.get(17L));
    try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + desk.file())) {
      reader.setAutoCommit(false);
      try (java.sql.Statement s = reader.createStatement()) {
        s.executeQuery("SELECT count(*) FROM body").next();
      }
      Erasure erasure = desk.log().erase(new TreeSet<>(List.of(17L)), "request-1");
      assertEquals(List.of(new Span(17, 18)), erasure.erased());
      for (int i = 0; i < 10; i++) {
        desk.clock().pass(Duration.ofSeconds(2));
        desk.log().tidy();
      }
      assertTrue(desk.log().isErasing());
      assertFalse(traces(salt).isEmpty(), "the reader's page is still in the WAL");
      reader.commit();
    }
    desk.clock().pass(Duration.ofSeconds(2));
    desk.log().tidy();
    assertFalse(desk.log().isErasing());
    assertEquals(List.of(), traces(salt));
  }

  @Test
  void anErasureThatACrashInterruptedIsFinishedAtTheNextStart() throws Exception {
    addOfAllSizes(300, new Random(8));
    List<byte[]> salt = List.of(salts().get(17L));
    desk.log().erase(new TreeSet<>(List.of(17L)), "request-1");
    // The files of a machine that lost power before the WAL was emptied.
    Path copy = TestLog.copy(desk.folder(), folder.resolve("copy"));
    assertFalse(traces(copy.resolve(EvidenceLog.FILE), salt).isEmpty());
    try (EvidenceLog log = EvidenceLog.open(copy, TestLog.SETTINGS, TestLog.around(desk.clock()))) {
      assertTrue(log.isErasing());
      while (log.isErasing()) {
        log.tidy();
      }
      assertEquals(List.of(), traces(copy.resolve(EvidenceLog.FILE), salt));
    }
  }

  private void addOfAllSizes(int records, Random random) throws IOException {
    addOfAllSizes(desk, records, random);
  }

  private static void addOfAllSizes(TestLog desk, int records, Random random) throws IOException {
    for (int i = 0; i < records; i++) {
      int length = random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(300);
      String path = "/" + unpackable(random, length) + i;
      Instant at = desk.clock().instant();
      desk.log()
          .append(
              Seen.copied(at, path),
              Urgency.ROUTINE,
              random.nextInt(3) == 0 ? BodyClass.TECHNICAL : BodyClass.PERSONAL);
      if (random.nextInt(16) == 0) {
        desk.log().commit();
      }
    }
    desk.log().commit();
  }

  /** Text that packing leaves about as long as it is: two bytes of chance a character. */
  private static String unpackable(Random random, int bytes) {
    StringBuilder text = new StringBuilder();
    random.ints(bytes / 2, 0x4e00, 0x9fa6).forEach(text::appendCodePoint);
    return text.toString();
  }

  private static SortedSet<Long> some(Random random, Collection<Long> of, int many) {
    List<Long> all = new ArrayList<>(of);
    SortedSet<Long> some = new TreeSet<>();
    for (int i = 0; i < many; i++) {
      some.add(all.get(random.nextInt(all.size())));
    }
    return some;
  }

  private Map<Long, byte[]> salts() throws IOException {
    return salts(desk);
  }

  private static Map<Long, byte[]> salts(TestLog desk) throws IOException {
    return desk.read(
        reader -> {
          Map<Long, byte[]> salts = new HashMap<>();
          for (long i = 0; i < reader.size(); i++) {
            for (BodyPart body : reader.bodies(i)) {
              salts.put(i, body.salt());
            }
          }
          return salts;
        });
  }

  /** Which of these salts are found somewhere in the log's files: a salt lies beside its body. */
  private List<Long> traces(Collection<byte[]> salts) throws IOException {
    return traces(desk.file(), salts);
  }

  private static List<Long> traces(Path database, Collection<byte[]> salts) throws IOException {
    Map<Long, byte[]> byStart = new HashMap<>();
    salts.forEach(salt -> byStart.put(ByteBuffer.wrap(salt).getLong(), salt));
    SortedSet<Long> found = new TreeSet<>();
    for (String name : List.of("", "-wal", "-shm")) {
      Path file = database.resolveSibling(database.getFileName() + name);
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
      for (int at = 0; at + 16 <= bytes.limit(); at++) {
        byte[] salt = byStart.get(bytes.getLong(at));
        if (salt != null && bytes.getLong(at + 8) == ByteBuffer.wrap(salt).getLong(8)) {
          found.add(bytes.getLong(at));
        }
      }
    }
    return new ArrayList<>(found);
  }

  /** Lets the agent run long enough for a round, and the round to its end. */
  private void tidy() throws IOException {
    tidy(desk);
  }

  private static void tidy(TestLog desk) throws IOException {
    desk.clock().pass(ROUND);
    while (desk.log().tidy()) {
      assertTrue(desk.log().isTidyDue());
    }
  }

  // -- who is asked ----------------------------------------------------------------------------

  @Test
  void theLogSaysWhatWasErasedAndByWhoseRequest() throws Exception {
    desk.add(9);
    Erasure erasure = desk.log().erase(new TreeSet<>(List.of(1L, 2L, 3L, 7L, 99L)), "PI-77");
    assertEquals(List.of(new Span(1, 4), new Span(7, 8)), erasure.erased());
    assertEquals(List.of(new Span(99, 100)), erasure.absent());
    Entry record = desk.read(r -> entry(r, 9));
    assertEquals("log.erase", record.type());
    assertEquals("PI-77", record.leaf().fields().text("request"));
    assertEquals(
        List.of(new Span(1, 4), new Span(7, 8)), Span.read(record.leaf().fields(), "records"));
    assertEquals(1, desk.read(r -> entry(r, 1)).leaf().bodies().size(), "the promise stays");
    assertTrue(desk.read(r -> r.bodies(1)).isEmpty());
    assertEquals(1, desk.read(r -> r.bodies(4)).size());
    Verdict verdict = desk.verify(desk.firstKeyOnly());
    assertTrue(verdict.holds());
    assertTrue(verdict.notProved().contains(Statement.of("bodies_erased", 4, 0)));
    Erasure again = desk.log().erase(new TreeSet<>(List.of(2L)), "PI-77");
    assertEquals(List.of(), again.erased());
    assertEquals(List.of(new Span(2, 3)), again.absent());
    assertEquals(10, desk.log().durableSize(), "nothing was done, so nothing is said");
  }

  @Test
  void aBodyThatWentWithoutARecordIsToldApart() throws Exception {
    desk.add(9).seal();
    desk.log().erase(new TreeSet<>(List.of(1L)), "PI-77");
    desk.log().seal();
    desk.close();
    TestLog.sql(
        desk.file(),
        "UPDATE body SET salt=zeroblob(16) WHERE idx=5",
        "DELETE FROM body WHERE idx=6");
    desk = TestLog.in(folder.resolve("data"));
    List<Statement> said = desk.verify(desk.firstKeyOnly()).notProved();
    assertTrue(said.contains(Statement.of("bodies_erased", 1, 0)));
    assertTrue(said.contains(Statement.of("bodies_absent", 2, 0)));
  }

  @Test
  void anErasureCannotSpeakOfWhatCameAfterIt() throws Exception {
    desk.add(3);
    desk.log().append(new RecordsErased(TestLog.NOON, List.of(new Span(1, 5)), 0, "", "forged"));
    desk.add(3);
    Verdict verdict = desk.verify(desk.firstKeyOnly());
    assertEquals(
        List.of("record 3"), verdict.refused().stream().map(Verdict.Refused::what).toList());
  }

  @Test
  void aLargeRequestIsSpreadOverRecordsThatCanNameIt() throws Exception {
    desk.add(600);
    SortedSet<Long> every = new TreeSet<>();
    for (long i = 0; i < 600; i += 2) {
      every.add(i);
    }
    assertEquals(300, desk.log().erase(every, "PI-1").erased().size());
    assertEquals(605, desk.log().durableSize());
    assertEquals(300, salts().size() - 5, "every other one, and those that say so");
    desk.assertSound();
    SortedSet<Long> many = new TreeSet<>();
    for (long i = 0; i <= EvidenceLog.MOST_ERASED; i++) {
      many.add(i);
    }
    assertThrows(IllegalArgumentException.class, () -> desk.log().erase(many, "PI-2"));
    assertThrows(IllegalArgumentException.class, () -> desk.log().erase(every, ""));
  }

  // -- holds -----------------------------------------------------------------------------------

  @Test
  void whatIsHeldForACaseIsNotErasedUntilItIsReleased() throws Exception {
    desk.add(20).cosign(EvidenceLog.Witness.MIRROR);
    assertTrue(desk.log().hold("HZ-117", new Span(5, 8)));
    assertTrue(desk.log().hold("HZ-118", new Span(7, 10)));
    assertFalse(desk.log().hold("HZ-118", new Span(7, 10)), "the same again");
    desk.reopen();
    Erasure erasure = desk.log().erase(new TreeSet<>(List.of(4L, 5L, 9L, 10L)), "PI-1");
    assertEquals(List.of(new Span(4, 5), new Span(10, 11)), erasure.erased());
    assertEquals(List.of(new Span(5, 6), new Span(9, 10)), erasure.held());
    desk.clock().pass(Duration.ofDays(200));
    desk.add(1).cosign(EvidenceLog.Witness.MIRROR);
    tidy();
    assertEquals(List.of(5L, 6L, 7L, 8L, 9L), bodiesBelow(20));
    assertFalse(desk.log().release("HZ-117", new Span(5, 9)), "no such hold");
    assertTrue(desk.log().release("HZ-117", new Span(5, 8)));
    tidy();
    assertEquals(List.of(7L, 8L, 9L), bodiesBelow(20));
    assertEquals(List.of(new Hold("HZ-118", new Span(7, 10))), desk.read(LogReader::holds));
    desk.assertSound();
  }

  @Test
  void theFileItselfRefusesToChangeWhatIsHeldOrNotErased() throws Exception {
    desk.add(20);
    desk.log().hold("HZ-117", new Span(5, 8));
    desk.close();
    refuses("UPDATE body SET salt=zeroblob(16), data=zeroblob(length(data)) WHERE idx=6");
    refuses("UPDATE body SET data=zeroblob(4) WHERE idx=3");
    refuses("UPDATE body SET salt=randomblob(16) WHERE idx=3");
    refuses("DELETE FROM body WHERE idx=3");
    refuses("DELETE FROM leaf WHERE idx=3");
    refuses("UPDATE node SET h=zeroblob(32) WHERE id=3");
    refuses("DELETE FROM checkpoint");
    desk = TestLog.in(folder.resolve("data"));
    desk.assertSound();
  }

  private void refuses(String sql) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + desk.file());
        java.sql.Statement s = c.createStatement()) {
      SQLException e = assertThrows(SQLException.class, () -> s.execute(sql), sql);
      assertTrue(String.valueOf(e.getMessage()).contains("append-only"), e.getMessage());
    }
  }

  private List<Long> bodiesBelow(long size) throws IOException {
    return salts().keySet().stream().filter(i -> i < size).sorted().toList();
  }

  // -- ages ------------------------------------------------------------------------------------

  @Test
  void personalContentGoesThirtyDaysAfterHqHeldItAndTheRestAfterHalfAYear() throws Exception {
    desk.log()
        .append(Seen.copied(TestLog.NOON, "/home/lin/a"), Urgency.ROUTINE, BodyClass.PERSONAL);
    desk.log().append(Seen.attached(TestLog.NOON, "A"), Urgency.ROUTINE);
    desk.cosign(EvidenceLog.Witness.MIRROR);
    List<Long> both = List.of(0L, 1L);
    afterDays(30, both);
    desk.clock().pass(Duration.ofSeconds(1));
    afterDays(0, List.of(1L));
    Entry record = desk.read(r -> newestOf(r, "log.erase"));
    assertEquals("personal", record.leaf().fields().text("rule"));
    afterDays(149, List.of(1L));
    afterDays(1, List.of());
    desk.assertSound();
  }

  private void afterDays(int days, List<Long> left) throws IOException {
    // One second short: a round takes its time from HQ's newest word.
    desk.clock().pass(Duration.ofDays(days).minusSeconds(days > 0 ? 1 : 0));
    desk.add(1).cosign(EvidenceLog.Witness.MIRROR);
    tidyWithoutTime();
    assertEquals(left, bodiesBelow(2), "after " + days + " more days");
    desk.clock().pass(Duration.ofSeconds(days > 0 ? 1 : 0));
  }

  /** A round at once, by the monotonic clock only. */
  private void tidyWithoutTime() throws IOException {
    Instant wall = desk.clock().instant();
    tidy();
    desk.clock().set(wall);
  }

  @Test
  void puttingThisPcsClockForwardErasesNothing() throws Exception {
    desk.add(5).cosign(EvidenceLog.Witness.MIRROR);
    desk.clock().set(TestLog.NOON.plus(Duration.ofDays(3_650)));
    tidy();
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), bodiesBelow(5));
    Instant hq = TestLog.NOON.plusSeconds(60);
    desk.add(1).seal();
    cosignAt(hq);
    tidy();
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), bodiesBelow(5));
  }

  private void cosignAt(Instant hq) throws IOException {
    long size = desk.log().sealedSize();
    desk.log()
        .accept(
            EvidenceLog.Witness.MIRROR, size, TestLog.MIRROR.cosign(desk.note(size).text(), hq));
  }

  @Test
  void whatHqOnlySawIsNotErased() throws Exception {
    desk.add(5).cosign(EvidenceLog.Witness.HEAD);
    desk.clock().pass(Duration.ofDays(400));
    desk.add(1).cosign(EvidenceLog.Witness.HEAD);
    tidy();
    assertEquals(5, bodiesBelow(5).size());
  }

  // -- what stays is proved --------------------------------------------------------------------

  @Test
  void bundlesFromBeforeAndAfterBothHold() throws Exception {
    desk.add(40).changeKey();
    desk.add(3).cosign(EvidenceLog.Witness.MIRROR);
    Path before = bundle("before");
    desk.log().erase(new TreeSet<>(List.of(3L, 4L, 12L)), "PI-1");
    desk.cosign(EvidenceLog.Witness.MIRROR);
    Path after = bundle("after");
    for (Path bundle : List.of(before, after)) {
      Verdict verdict = BundleVerifier.verify(bundle, desk.pins(), done -> {});
      assertEquals(List.of(), verdict.refused());
    }
    assertTrue(Files.exists(before.resolve("data/records/3.0.body")));
    assertFalse(Files.exists(after.resolve("data/records/3.0.body")));
    assertTrue(Files.exists(after.resolve("data/records/3.json")));
  }

  private Path bundle(String name) throws Exception {
    Path target = folder.resolve(name);
    try (LogReader reader = LogReader.open(desk.folder())) {
      new BundleWriter(
              reader,
              List.of(TestLog.HEAD.verifier(), TestLog.MIRROR.verifier()),
              List.of(),
              desk.clock().instant(),
              ZoneId.of("Asia/Shanghai"))
          .write(new TreeSet<>(List.of(2L, 3L, 4L, 12L, 20L)), target, done -> {});
    }
    return target;
  }

  private static Entry entry(LogReader reader, long seq) throws IOException {
    try {
      return reader.entry(seq).orElseThrow();
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  private static Entry newestOf(LogReader reader, String type) throws IOException {
    try {
      return reader.find(type, Instant.MIN, Instant.MAX, 1).get(0);
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }
}
