package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.hq.http.Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommandsTest {
  @TempDir private Path folder;

  @Test
  void tokensAreMadeWhileTheServerRuns() throws Exception {
    try (TestHq hq = new TestHq(folder.resolve("hq"))) {
      Called plain = call(hq, "token", "create", "--outlet", "HZ-1", "--count", "3");
      assertEquals(0, plain.exit(), plain.err());
      List<String> tokens = plain.out().lines().toList();
      assertEquals(3, tokens.stream().distinct().count());
      for (String token : tokens) {
        assertTrue(EnrollToken.parse(token).pins(hq.running().keys().ca().sha256().bytes()), token);
      }
      Called json = call(hq, "token", "create", "--outlet", "杭州-1", "--expires", "2h", "--json");
      Json.Obj made = json(json).objects("tokens").get(0);
      assertEquals("杭州-1", made.text("outlet"));
      assertEquals(
          hq.started().plus(Duration.ofHours(2)).toString().replace("Z", ".000Z"),
          made.text("expires"));
      Desk desk = new Desk();
      assertEquals(
          200,
          hq.stranger()
              .post("/v1/enroll", desk.enrolment(made.text("token")).encode())
              .statusCode());
    }
  }

  @Test
  void workstationsAreListedWithTheirStateAndSizes() throws Exception {
    try (TestHq hq = new TestHq(folder.resolve("hq"))) {
      assertTrue(call(hq, "workstations").err().contains("enroll"));
      Desk desk = new Desk().append("usb.attach", 3);
      TestHq.Client client = hq.enrol(desk);
      client.segment(desk, desk.segment(0, 2));
      client.post("/v1/add-checkpoint", desk.claim(2, 3).bytes());
      Json.Obj document = json(call(hq, "workstations", "--json"));
      Json.Obj row = document.objects("workstations").get(0);
      assertEquals(desk.logId(), row.text("id"));
      assertEquals("HZ-001", row.text("outlet"));
      assertEquals("live", row.text("state"));
      assertEquals(3, row.number("size"));
      assertEquals(2, row.number("witnessed_size"));
      assertEquals(desk.head(2).root().base64(), row.text("root"));
      assertEquals(desk.firstKey().toString(), row.text("first_vkey"));
      assertEquals(List.of(), row.texts("blind"));
      assertTrue(row.text("last_report").endsWith("Z"));
      assertTrue(call(hq, "workstations").out().contains(desk.logId()));
    }
  }

  @Test
  void aFolderThatWasNeverServedIsNoHq() {
    Called called = Called.with(InstantSource.system(), "en", "workstations", "--data", "nope");
    assertEquals(2, called.exit());
    assertEquals(
        "waybill-guard-hq: nope holds no HQ yet. Run waybill-guard-hq serve --data nope once"
            + " first.\n",
        called.err());
  }

  /** So it is with the folder of another account; to root, as tests may run, none is closed. */
  @Test
  void whatCannotBeLookedIntoIsNotSaidToHoldNoHq(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    String data = file.toString();
    Called called = Called.with(InstantSource.system(), "en", "workstations", "--data", data);
    assertEquals(3, called.exit());
    assertEquals(
        "waybill-guard-hq: "
            + data
            + " is no folder that "
            + Reasons.account()
            + " may look into. Check its name, or run this as the account that HQ runs as.\n",
        called.err());
  }

  @Test
  void wrongArgumentsAreNamedInBothLanguages() {
    assertEquals(
        "waybill-guard-hq: --data DIR is missing. See waybill-guard-hq workstations --help.\n",
        usage("en", "workstations"));
    assertEquals(
        "waybill-guard-hq: 不认识 --dat。用法见 waybill-guard-hq workstations --help。\n",
        usage("zh", "workstations", "--data", "x", "--dat"));
    assertEquals(
        "waybill-guard-hq: --expires SPAN cannot be soon. See waybill-guard-hq token create"
            + " --help.\n",
        usage("en", "token", "create", "--data", "x", "--outlet", "y", "--expires", "soon"));
    assertEquals(
        "waybill-guard-hq: --listen HOST:PORT cannot be 8443. See waybill-guard-hq serve --help.\n",
        usage("en", "serve", "--data", "x", "--listen", "8443"));
    assertEquals(
        "waybill-guard-hq: A certificate for the console needs both --console-certificate and"
            + " --console-key. Give the other one too, or neither (HQ then uses its own).\n",
        usage("en", "serve", "--data", "x", "--console-key", "key.pem"));
    assertTrue(usage("en", "token").isEmpty());
  }

  @Test
  void aTakenPortAnUnknownHostAndAFolderInUseAreSaid() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Complaint port =
          assertThrows(
              Complaint.class, () -> start("a", new Address("127.0.0.1", taken.getLocalPort())));
      assertEquals(Exit.UNAVAILABLE, port.exit());
      String said = port.in(new Words("en"));
      assertTrue(said.contains("https://127.0.0.1:" + taken.getLocalPort()), said);
      assertTrue(said.contains("Choose another port"), said);
    }
    Complaint host =
        assertThrows(Complaint.class, () -> start("b", new Address("no-such-host.invalid", 0)));
    assertEquals(Exit.USAGE, host.exit());
    try (TestHq hq = new TestHq(folder.resolve("c"))) {
      Complaint used = assertThrows(Complaint.class, () -> start("c", new Address("127.0.0.1", 0)));
      assertEquals(Exit.UNAVAILABLE, used.exit());
      assertTrue(used.in(new Words("en")).contains("in use"), hq.data().toString());
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsSaid() throws Exception {
    Files.writeString(folder.resolve("file"), "not a folder");
    Complaint complaint =
        assertThrows(Complaint.class, () -> start("file/hq", new Address("127.0.0.1", 0)));
    assertEquals(Exit.UNAVAILABLE, complaint.exit());
    assertTrue(complaint.in(new Words("zh")).contains("不可写"));
  }

  @Test
  void theDomainIsFixedAtTheFirstStart() throws Exception {
    try (Hq first = Hq.start(settings("d", Optional.of("hq.courier.example")), clock())) {
      assertTrue(
          first.keys().mirror().verifier().toString().startsWith("hq.courier.example/mirror1+"));
    }
    try (Hq again = Hq.start(settings("d", Optional.empty()), clock())) {
      assertEquals("hq.courier.example", again.keys().domain());
    }
    Complaint other =
        assertThrows(
            Complaint.class,
            () -> Hq.start(settings("d", Optional.of("other.example")), clock()).close());
    assertEquals(Exit.USAGE, other.exit());
  }

  @Test
  void bothLanguagesHaveTheSameKeys() {
    for (String bundle : List.of("words", "help")) {
      assertEquals(keys(bundle, Locale.SIMPLIFIED_CHINESE), keys(bundle, Locale.ENGLISH), bundle);
    }
  }

  @Test
  void theLanguageIsChineseUnlessTheSystemOrTheCallSaysOtherwise() {
    assertEquals("zh", Words.language(List.of(), Map.of(), Locale.ENGLISH));
    assertEquals("zh", Words.language(List.of(), Map.of("LANG", "C.UTF-8"), Locale.ENGLISH));
    assertEquals("en", Words.language(List.of(), Map.of("LANG", "en_US.UTF-8"), Locale.ROOT));
    assertEquals(
        "en",
        Words.language(List.of("serve", "--lang", "en"), Map.of("LANG", "zh_CN"), Locale.ROOT));
  }

  @Test
  void addressesAreReadWithBracketsForIpv6() {
    assertEquals(new Address("::1", 8443), Address.parse("[::1]:8443"));
    assertEquals("https://[::1]:8443", Address.parse("[::1]:8443").url());
    for (String bad : List.of("", ":1", "host", "host:", "host:65536", "::1:8443", "host:-1")) {
      assertThrows(IllegalArgumentException.class, () -> Address.parse(bad), bad);
    }
  }

  private static Set<String> keys(String bundle, Locale language) {
    return new TreeSet<>(
        ResourceBundle.getBundle(
                "io.waybillguard.hq.app." + bundle,
                language,
                ResourceBundle.Control.getNoFallbackControl(
                    ResourceBundle.Control.FORMAT_PROPERTIES))
            .keySet());
  }

  private Hq start(String data, Address at) throws Exception {
    return Hq.start(
        new Hq.Settings(
            TestDatabase.of(folder.resolve(data)),
            Optional.empty(),
            at,
            new Address("127.0.0.1", 0),
            List.of(),
            Duration.ofMinutes(5),
            Duration.ofDays(90)),
        clock());
  }

  private Hq.Settings settings(String data, Optional<String> domain) throws Exception {
    Address any = new Address("127.0.0.1", 0);
    return new Hq.Settings(
        TestDatabase.of(folder.resolve(data)),
        domain,
        any,
        any,
        List.of(),
        Duration.ofMinutes(5),
        Duration.ofDays(90));
  }

  private static InstantSource clock() {
    return InstantSource.system();
  }

  private static String usage(String language, String... args) {
    Called called = Called.with(InstantSource.system(), language, args);
    assertEquals(2, called.exit());
    return called.err();
  }

  private static Called call(TestHq hq, String... args) {
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--data";
    all[args.length + 1] = hq.data().toString();
    return Called.with(hq.clock(), "en", all);
  }

  private static Json.Obj json(Called called) throws Exception {
    assertEquals(0, called.exit(), called.err());
    assertFalse(called.out().isEmpty());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }
}
