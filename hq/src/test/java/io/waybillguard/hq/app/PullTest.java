package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.SigningKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PullTest {
  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;

  /** Ten records under two keys, in three segments. */
  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    TestHq.Client client = hq.enrol(desk);
    SigningKey old = desk.key();
    desk.append("usb.attach", 3).rotate();
    assertEquals(
        200, client.segment(desk, desk.segment(0, desk.head(4).signedBy(old), 4)).statusCode());
    desk.append("usb.detach", 6);
    assertEquals(200, client.segment(desk, desk.segment(4, 7)).statusCode());
    assertEquals(200, client.segment(desk, desk.segment(7, 10)).statusCode());
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void whatIsPulledIsProvedByTheKeysThatHqNames() throws Exception {
    Called pulled = pull("all.zip", "--reason", "案件 7", "--json");
    assertEquals(0, pulled.exit(), pulled.err());
    assertEquals(10, json(pulled).number("records"));
    Called verified = verify("all.zip", witnesses());
    assertEquals(0, verified.exit(), verified.out() + verified.err());
    Json.Obj verdict = json(verified);
    assertTrue(verdict.flag("holds", false));
    assertEquals(10, verdict.number("size"));
    assertEquals(10, verdict.number("records"));
    String proved = String.join("\n", verdict.texts("proved"));
    assertTrue(proved.contains("witness1"), proved);
    assertTrue(proved.contains("mirror1"), proved);
  }

  @Test
  void aRangeOfTimeHoldsItsRecordsAndTheHandOver() throws Exception {
    Called pulled =
        pull("some", "--from", "2025-06-15T15:06:40.005Z", "--to", "2025-06-15T15:06:40.007Z");
    assertEquals(0, pulled.exit(), pulled.err());
    try (Stream<Path> records = Files.list(folder.resolve("some/data/records"))) {
      assertEquals(
          List.of("3.json", "5.json", "6.json"),
          records
              .map(f -> String.valueOf(f.getFileName()))
              .filter(n -> n.endsWith(".json"))
              .sorted()
              .toList());
    }
    assertEquals(0, verify("some", witnesses()).exit());
  }

  @Test
  void oneByteChangedAnywhereIsRefused() throws Exception {
    pull("whole");
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder.resolve("whole"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      for (int at : List.of(good.length / 2, good.length - 1)) {
        byte[] bad = good.clone();
        bad[at] ^= 1;
        Files.write(file, bad);
        Called verified = verify("whole", witnesses());
        assertEquals(1, verified.exit(), file + " changed at " + at + ": " + verified.out());
      }
      Files.write(file, good);
    }
    assertEquals(0, verify("whole", witnesses()).exit());
  }

  @Test
  void anotherLogsKeyOrAnotherHqsKeyDoesNotHold() throws Exception {
    pull("one");
    String other = new Desk().firstKey().toString();
    assertEquals(1, Called.with(hq.clock(), "en", verifyArgs("one", other, List.of())).exit());
    try (TestHq foreign = new TestHq(folder.resolve("foreign"))) {
      String witness = foreign.running().keys().witness().verifier().toString();
      assertEquals(1, verify("one", List.of(witness)).exit());
    }
    Called noKey = Called.with(hq.clock(), "en", verifyArgs("one", "rubbish", List.of()));
    assertEquals(2, noKey.exit());
    assertTrue(noKey.err().contains("--first cannot be rubbish"), noKey.err());
  }

  @Test
  void aDamagedSegmentIsNamedInsteadOfExported() throws Exception {
    Path segment;
    try (Stream<Path> files = Files.walk(hq.data().resolve("segments"))) {
      segment = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
    }
    byte[] content = Files.readAllBytes(segment);
    content[content.length / 2] ^= 1;
    Files.write(segment, content);
    Called pulled = pull("bad.zip");
    assertEquals(1, pulled.exit());
    assertTrue(pulled.err().contains(String.valueOf(segment.getFileName())), pulled.err());
    assertFalse(Files.exists(folder.resolve("bad.zip")));
  }

  @Test
  void whatCannotBePulledIsSaid() throws Exception {
    Called unknown =
        Called.with(
            hq.clock(),
            "en",
            "evidence",
            "pull",
            "--data",
            hq.data().toString(),
            "--workstation",
            "0000000000000000",
            "-o",
            "x");
    assertEquals(2, unknown.exit());
    assertTrue(unknown.err().contains("0000000000000000"), unknown.err());
    assertEquals(1, pull("y", "--from", "2031-01-01").exit());
    assertEquals(2, pull("y", "--from", "soon").exit());
    assertEquals(2, pull("y", "--from", "2026-01-02", "--to", "2026-01-01").exit());
    Files.writeString(folder.resolve("there"), "x");
    assertEquals(2, pull("there").exit());
    assertEquals("x", Files.readString(folder.resolve("there")));
    Called none = Called.with(hq.clock(), "en", "evidence", "verify", "no-such");
    assertEquals(2, none.exit());
  }

  private List<String> witnesses() {
    return List.of(
        hq.running().keys().witness().verifier().toString(),
        hq.running().keys().mirror().verifier().toString());
  }

  private Called pull(String name, String... more) throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "evidence",
                "pull",
                "--data",
                hq.data().toString(),
                "--workstation",
                desk.logId(),
                "-o",
                folder.resolve(name).toString()));
    args.addAll(List.of(more));
    return Called.with(hq.clock(), "en", args.toArray(String[]::new));
  }

  private Called verify(String name, List<String> witnesses) {
    List<String> args =
        new ArrayList<>(List.of(verifyArgs(name, desk.firstKey().toString(), witnesses)));
    args.add("--json");
    return Called.with(hq.clock(), "en", args.toArray(String[]::new));
  }

  private String[] verifyArgs(String name, String first, List<String> witnesses) {
    List<String> args =
        new ArrayList<>(
            List.of("evidence", "verify", folder.resolve(name).toString(), "--first", first));
    witnesses.forEach(w -> args.addAll(List.of("--witness", w)));
    return args.toArray(String[]::new);
  }

  private static Json.Obj json(Called called) throws Exception {
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }
}
