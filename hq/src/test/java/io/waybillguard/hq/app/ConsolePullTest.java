package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Pulls;
import io.waybillguard.hq.store.SearchIndex;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evidence is taken out and checked in the console. */
final class ConsolePullTest {
  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;
  private String incident = "";
  private Browser browser;
  private String csrf = "";

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    incident = Crime.in(desk, hq.started().minus(Duration.ofDays(5)));
    client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, desk.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
    browser = Browser.of(hq, "li", "investigator");
    csrf = browser.csrf();
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void whatIsPulledForAnIncidentIsVerifiedInTheConsoleAndByTheCommand() throws Exception {
    String form = browser.get("/pulls?incident=" + incident).body();
    assertTrue(form.contains("时间取事件前后各一小时"), form);
    String pull = asked("incident=" + incident + "&from=2020-01-01T00:00");
    Pulls.Row row = done(pull);
    byte[] bundle = browser.bytes("/pulls/" + pull + "/bundle.zip").body();
    assertEquals(row.bytes(), bundle.length);
    HttpResponse<byte[]> piece =
        browser.bytes("/pulls/" + pull + "/bundle.zip", "Range", "bytes=100-199");
    assertEquals(206, piece.statusCode(), "a download that broke off goes on");
    assertArrayEquals(Arrays.copyOfRange(bundle, 100, 200), piece.body());
    Path file = Files.write(folder.resolve("b.zip"), bundle);
    try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      String custody = text(zip, "data/custody.jsonl");
      assertTrue(custody.contains("\"incident\":\"" + incident + "\""), custody);
      assertTrue(custody.contains("\"by\":\"li\"") && custody.contains("案件 7"), custody);
    }
    String[] verify = {
      "evidence",
      "verify",
      file.toString(),
      "--first",
      desk.firstKey().toString(),
      "--witness",
      hq.running().keys().witness().verifier().toString()
    };
    assertEquals(0, Called.with(hq.clock(), "en", verify).exit());
    String verdict = browser.upload("/verify", csrf, "bundle", bundle).body();
    assertTrue(verdict.contains("✓") || verdict.contains("<h2 id=\"verdict\">成立"), verdict);
    assertTrue(verdict.contains("扫描电脑 台-3（网点 HZ-001）"), verdict);
    assertEquals(4, verdict.split("<li>完整|<li>出处|<li>时间|<li>不证明的", -1).length - 1);
    bundle[bundle.length / 2] ^= 1;
    String broken = browser.upload("/verify", csrf, "bundle", bundle).body();
    assertFalse(broken.contains("<h2 id=\"verdict\">成立"), broken);
    assertEquals(
        List.of("pull", "export", "export"),
        new io.waybillguard.hq.store.ActRows(hq.database())
                .newest(
                    "li",
                    java.time.Instant.EPOCH,
                    java.time.Instant.ofEpochMilli(Long.MAX_VALUE),
                    100)
                .stream()
                .map(io.waybillguard.hq.store.ActRows.Row::deed)
                .filter(deed -> deed.equals("pull") || deed.equals("export"))
                .sorted(java.util.Comparator.reverseOrder())
                .toList());
  }

  @Test
  void theReportReadsOnTheScreenAndAsPdfWithChineseInIt() throws Exception {
    String pull = asked("");
    done(pull);
    HttpResponse<String> page = browser.get("/pulls/" + pull + "/report");
    assertTrue(page.body().contains("wpsupdate.exe"), page.body());
    assertTrue(page.headers().firstValue("Content-Security-Policy").orElse("").contains("sandbox"));
    byte[] pdf = browser.bytes("/pulls/" + pull + "/report?as=pdf").body();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      String said = new PDFTextStripper().getText(document);
      assertTrue(said.contains("wpsupdate.exe"), said);
      assertTrue(said.contains("面单图片"), said);
      assertTrue(document.getNumberOfPages() > 1);
    }
  }

  @Test
  void contentThatHqDoesNotHoldIsAskedForAndWaitedForOnce() throws Exception {
    Desk other = new Desk().append("image.read", 4);
    TestHq.Client its = hq.enrol(other);
    Segment whole = other.segment(0, 4);
    Segment bare = new Segment(0, whole.note(), whole.leaves(), whole.bodies().subList(0, 1));
    assertEquals(200, its.segment(other, bare).statusCode());
    String pull = asked("workstation=" + other.logId() + "&patience=15");
    Pulls.Row row = new Pulls(hq.database()).find(pull).orElseThrow();
    assertEquals(Pulls.State.ASKING, row.state());
    assertEquals(3, row.missing());
    assertTrue(browser.get("/pulls/" + pull).body().contains("有 3 条记录的内容总部没有"));
    Commands.Row command = new Commands(hq.database()).find(row.commands().get(0)).orElseThrow();
    assertEquals("{\"from\":1,\"to\":4}", command.args().toString());
    assertEquals(
        200,
        its.encoded(
                "/v1/logs/" + other.logId() + "/bodies",
                "gzip",
                TestHq.gzip(BodyFrames.encode(whole.bodies().subList(1, 4))))
            .statusCode());
    other.append(
        "hq.result",
        Json.object().put("id", command.id()).put("outcome", "done").put("sent", 3),
        Desk.utf8("{}"));
    assertEquals(200, its.segment(other, other.segment(4, 5)).statusCode());
    done(pull);
    Path file =
        Files.write(
            folder.resolve("c.zip"), browser.bytes("/pulls/" + pull + "/bundle.zip").body());
    try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      assertTrue(zip.stream().anyMatch(e -> e.getName().endsWith("data/records/3.0.body")));
    }
  }

  @Test
  void nobodyHasToWaitForAWorkstationThatIsOff() throws Exception {
    Desk other = new Desk().append("image.read", 2);
    TestHq.Client its = hq.enrol(other);
    Segment whole = other.segment(0, 2);
    Segment bare = new Segment(0, whole.note(), whole.leaves(), List.of());
    assertEquals(200, its.segment(other, bare).statusCode());
    String pull = asked("workstation=" + other.logId() + "&patience=1440");
    assertEquals(303, browser.post("/pulls/" + pull + "/now", "csrf=" + csrf).statusCode());
    done(pull);
    String late = asked("workstation=" + other.logId() + "&patience=15");
    hq.pass(Duration.ofMinutes(16));
    done(late);
  }

  @Test
  void aPullWhoseProcessEndedIsTakenUpAgain() throws Exception {
    Pulls pulls = new Pulls(hq.database());
    String id = "ab".repeat(16);
    pulls.add(
        new Pulls.Row(
            id,
            desk.logId(),
            "",
            Optional.empty(),
            Optional.empty(),
            "x",
            "li",
            hq.clock().instant(),
            hq.clock().instant(),
            Pulls.State.WRITING,
            7,
            9,
            List.of(),
            0,
            "",
            0,
            ""));
    pulls.progress(id, 8, 9, hq.clock().instant());
    assertTrue(pulls.take(hq.clock().instant()).isEmpty(), "somebody works at it");
    hq.pass(Duration.ofSeconds(61));
    done(id);
  }

  @Test
  void whatCannotBePulledIsSaidAndNothingIsKept() throws Exception {
    for (String form :
        List.of(
            "workstation=0000000000000000&reason=x",
            "workstation=" + desk.logId(),
            "workstation=" + desk.logId() + "&reason=" + "x".repeat(201),
            "workstation=" + desk.logId() + "&reason=x&from=soon",
            "workstation="
                + desk.logId()
                + "&reason=x&from=2026-01-02T00:00&to=2026-01-01T00:00")) {
      int status = browser.post("/pulls", form + "&csrf=" + csrf).statusCode();
      assertTrue(status == 400 || status == 404, form + " " + status);
    }
    assertTrue(new Pulls(hq.database()).newest(9).isEmpty());
    assertEquals(404, browser.get("/pulls/" + "0".repeat(32) + "/bundle.zip").statusCode());
    assertEquals(400, browser.get("/pulls/..%2f..%2fhq.db").statusCode());
  }

  @Test
  void bombsAndNamesThatLeaveTheirFolderAreRefusedUnread() throws Exception {
    assertEquals(422, verify(zip("data/../../etc/passwd", new byte[10])));
    assertEquals(422, verify(zip("/bagit.txt", new byte[10])));
    assertEquals(422, verify(zip("C:\\bagit.txt", new byte[10])));
    byte[] bomb = zip("bagit.txt", new byte[300 << 20]);
    assertTrue(bomb.length < 1 << 20);
    assertEquals(422, verify(bomb));
    assertEquals(422, verify(Desk.utf8("no zip at all")));
    assertEquals(422, verify(zip("hello.txt", new byte[10])));
    assertEquals(400, verify(new byte[0]));
    assertEquals(403, browser.upload("/verify", "x" + csrf, "bundle", bomb).statusCode());
    try (var left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertEquals(
          0, left.filter(f -> String.valueOf(f.getFileName()).startsWith("bundle-")).count());
    }
  }

  @Test
  void anAdministratorAddsDisablesAndResetsPeopleAndNotTheLastOfThem() throws Exception {
    Browser admin = Browser.of(hq, "wang", "admin");
    String word = admin.csrf();
    String page = admin.post("/users", "name=zhao&role=viewer&csrf=" + word).body();
    String password = page.split("<pre>")[1].split("</pre>")[0];
    Browser zhao = new Browser(hq);
    assertEquals(303, zhao.signOn("zhao", password).statusCode());
    assertEquals(200, zhao.get("/").statusCode());
    assertEquals(403, zhao.get("/users").statusCode());
    assertEquals(409, admin.post("/users", "name=zhao&role=admin&csrf=" + word).statusCode());
    admin.post("/users/zhao", "deed=role&role=investigator&csrf=" + word);
    assertEquals(303, zhao.get("/").statusCode(), "signs in anew with the new role");
    assertEquals(303, zhao.signOn("zhao", password).statusCode());
    assertEquals(200, zhao.get("/pulls").statusCode());
    String other =
        admin
            .post("/users/zhao", "deed=password&csrf=" + word)
            .body()
            .split("<pre>")[1]
            .split("</pre>")[0];
    assertEquals(403, zhao.signOn("zhao", password).statusCode());
    assertEquals(303, zhao.signOn("zhao", other).statusCode());
    assertEquals(303, admin.post("/users/zhao", "deed=disable&csrf=" + word).statusCode());
    assertEquals(403, new Browser(hq).signOn("zhao", other).statusCode());
    admin.post("/users/admin", "deed=disable&csrf=" + word);
    assertEquals(409, admin.post("/users/wang", "deed=disable&csrf=" + word).statusCode());
    assertEquals(400, admin.post("/users", "name=a%20b&role=viewer&csrf=" + word).statusCode());
    assertEquals(404, admin.post("/users/none", "deed=password&csrf=" + word).statusCode());
  }

  private int verify(byte[] file) throws Exception {
    return browser.upload("/verify", csrf, "bundle", file).statusCode();
  }

  private static byte[] zip(String name, byte[] content) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
    }
    return out.toByteArray();
  }

  private String asked(String form) throws Exception {
    String workstation = form.contains("workstation=") ? "" : "workstation=" + desk.logId() + "&";
    HttpResponse<String> answer =
        browser.post("/pulls", workstation + form + "&reason=案件 7&csrf=" + csrf);
    assertEquals(303, answer.statusCode(), answer.body());
    return answer.headers().firstValue("Location").orElseThrow().substring("/pulls/".length());
  }

  /** Waits until HQ's own thread has made it. */
  private Pulls.Row done(String pull) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      Pulls.Row row = new Pulls(hq.database()).find(pull).orElseThrow();
      if (row.state() == Pulls.State.DONE) {
        assertTrue(browser.get("/pulls/" + pull + "/progress").body().contains("已完成"));
        return row;
      }
      assertFalse(row.state() == Pulls.State.FAILED, row.problem());
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError("not done: " + new Pulls(hq.database()).find(pull));
  }

  private static String text(ZipFile zip, String name) throws Exception {
    ZipEntry entry = zip.stream().filter(e -> e.getName().endsWith(name)).findFirst().orElseThrow();
    return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }
}
