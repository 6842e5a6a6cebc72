package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Workstation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erasing in the console: asked for by one person, approved by another, never by the same. */
final class TwoPeopleTest {
  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk().append("usb.attach", 3);
    client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 3)).statusCode());
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void oneAsksAndAnotherApproves() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    Browser wang = Browser.of(hq, "wang", "investigator");
    Commands.Row asked = ask(li, "0,2");
    String own = li.get("/commands").body();
    assertTrue(own.contains("要由另一个人批准"), own);
    assertFalse(own.contains("/approve"), "no button for who asked");
    assertEquals(409, decide(li, asked.id(), "approve"));
    assertTrue(body(1).isPresent());
    assertTrue(body(0).isPresent());

    String others = wang.get("/commands").body();
    assertTrue(others.contains("/commands/" + asked.id() + "/approve"), others);
    assertEquals(303, decide(wang, asked.id(), "approve"));
    Commands.Row row = commands().find(asked.id()).orElseThrow();
    assertEquals("wang", row.approvedBy());
    assertTrue(row.note().contains("/commands"), row.note());
    assertEquals(Optional.empty(), body(0));
    assertTrue(body(1).isPresent());
    assertEquals(409, decide(wang, asked.id(), "approve"), "not twice");
    assertTrue(wang.get("/commands").body().contains("li + wang"));
  }

  @Test
  void whatWasTakenBackOrIsTooOldIsNotApproved() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    Browser wang = Browser.of(hq, "wang", "admin");
    Commands.Row back = ask(li, "0");
    assertEquals(303, decide(li, back.id(), "cancel"));
    assertEquals(409, decide(wang, back.id(), "approve"));
    assertTrue(wang.get("/commands").body().contains("已作废"));
    Commands.Row old = ask(li, "1");
    for (int i = 0; i < 8; i++) {
      hq.pass(Duration.ofDays(1));
    }
    wang = Browser.of(hq, "wang", "admin");
    assertEquals(409, decide(wang, old.id(), "approve"));
    assertTrue(body(0).isPresent());
    assertTrue(body(1).isPresent());
    assertEquals(404, decide(wang, "0".repeat(32), "approve"));
  }

  @Test
  void anApprovedCommandIsTakenBackAndNoDeskIsToldOfIt() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    Browser wang = Browser.of(hq, "wang", "investigator");
    Browser zhao = Browser.of(hq, "zhao", "viewer");
    Commands.Row asked = ask(li, "0");
    assertEquals(303, decide(wang, asked.id(), "approve"));
    Workstation told = hq.logs().workstation(desk.logId()).orElseThrow();
    assertEquals(1, commands().due(told, hq.clock().instant()).size());
    String page = "/commands/" + asked.id();
    assertTrue(li.get(page).body().contains(page + "/cancel"));
    assertFalse(zhao.get(page).body().contains(page + "/cancel"), "a viewer has no button");
    assertEquals(403, decide(zhao, asked.id(), "cancel"));

    assertEquals(303, decide(li, asked.id(), "cancel"));
    assertEquals(List.of(), commands().due(told, hq.clock().instant()));
    String after = li.get(page).body();
    assertTrue(after.contains("已由 li 撤回"), after);
    assertTrue(after.contains("还没有回音"), after);
    assertFalse(after.contains(page + "/cancel"), after);
    assertEquals(409, decide(li, asked.id(), "cancel"), "not twice");
  }

  @Test
  void whatADeskSaysOfACommandStandsOnItsPageEvenAfterItWasTakenBack() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    Browser wang = Browser.of(hq, "wang", "investigator");
    Desk silent = new Desk();
    hq.enrol(silent);
    Commands.Row everywhere =
        Orders.signed(
            Commands.Row.asked(
                Commands.freshId(),
                "*",
                "hold",
                Json.object().put("from", 0L).put("to", 2L),
                "li",
                "for the court",
                hq.clock().instant(),
                Duration.ofDays(7)),
            hq.running().keys().commands());
    commands().add(everywhere);
    desk.answerCommand(everywhere.id(), "done", "");
    assertEquals(200, client.segment(desk, desk.segment(3, desk.size())).statusCode());
    String page = "/commands/" + everywhere.id();
    assertEquals(303, decide(wang, everywhere.id(), "cancel"));
    String said = li.get(page).body();
    assertTrue(said.contains("已由 wang 撤回 · 已执行"), said);
    assertTrue(
        said.contains("/workstations/" + desk.logId() + "/records/" + (desk.size() - 1)), said);
    assertTrue(said.contains("/workstations/" + silent.logId()), said);
    assertTrue(said.indexOf(desk.logId()) < said.indexOf(silent.logId()), "who answered is first");
    String file = li.get(page + "/desks.csv").body();
    assertEquals(3, file.lines().count(), file);
    assertTrue(file.contains(silent.logId()), file);
  }

  @Test
  void aCommandIsTakenBackFromTheTerminalAndAPolicyIsNot() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    Commands.Row asked = ask(li, "0");
    Called back = cancel(asked.id());
    assertEquals(0, back.exit(), back.err());
    assertEquals("li", commands().find(asked.id()).orElseThrow().cancelledBy());
    assertEquals(2, cancel(asked.id()).exit(), "not twice");
    assertEquals(2, cancel("0".repeat(32)).exit());

    Commands.Row policy =
        Orders.signed(
            Commands.Row.asked(
                Commands.freshId(),
                "*",
                "policy",
                Json.object(),
                "li",
                "x",
                hq.clock().instant(),
                Duration.ofDays(7)),
            hq.running().keys().commands());
    commands().add(policy);
    Called not = cancel(policy.id());
    assertEquals(2, not.exit());
    assertTrue(not.err().contains("policy rollback"), not.err());
    assertEquals(409, decide(li, policy.id(), "cancel"));
    assertEquals("", commands().find(policy.id()).orElseThrow().cancelledBy());
  }

  private Called cancel(String id) throws Exception {
    return Called.typing(
        "a long password\n",
        hq.clock(),
        "en",
        "command",
        "cancel",
        id,
        "--data",
        hq.data().toString(),
        "--by",
        "li");
  }

  @Test
  void aCommandFromTheTerminalIsApprovedInTheConsoleAndTheOtherWayRound() throws Exception {
    Browser wang = Browser.of(hq, "wang", "investigator");
    Browser.of(hq, "li", "investigator");
    Called given =
        Called.typing(
            "a long password\n",
            hq.clock(),
            "en",
            "command",
            "give",
            "erase",
            "--data",
            hq.data().toString(),
            "--workstation",
            desk.logId(),
            "--records",
            "0",
            "--reason",
            "asked for",
            "--by",
            "li");
    assertEquals(0, given.exit(), given.err());
    assertEquals(303, decide(wang, given.out().strip(), "approve"));
    assertEquals(Optional.empty(), body(0));

    Commands.Row asked = ask(wang, "1");
    String[] approve = {
      "command", "approve", asked.id(), "--data", hq.data().toString(), "--by", "wang"
    };
    assertEquals(3, Called.typing("a long password\n", hq.clock(), "en", approve).exit());
    approve[6] = "li";
    Called approved = Called.typing("a long password\n", hq.clock(), "en", approve);
    assertEquals(0, approved.exit(), approved.err());
    assertEquals(Optional.empty(), body(1));
  }

  @Test
  void aDisposalNeedsASecondPersonAndItsUndoingDoesNot() throws Exception {
    Browser.of(hq, "li", "investigator");
    Browser.of(hq, "wang", "investigator");
    Called ordered =
        disposal("order", "li", "--kind", "block", "--address", "203.0.113.0/24", "--port", "443");
    assertEquals(0, ordered.exit(), ordered.err());
    String id = ordered.out().strip();
    Commands commands = new Commands(hq.database());
    assertEquals("", commands.find(id).orElseThrow().note());
    String[] approve = {"command", "approve", id, "--data", hq.data().toString(), "--by", "wang"};
    assertEquals(0, Called.typing("a long password\n", hq.clock(), "en", approve).exit());
    Commands.Row signed = commands.find(id).orElseThrow();
    assertTrue(signed.note().contains("dispose"));
    assertEquals(
        "{\"address\":\"203.0.113.0/24\",\"kind\":\"block\",\"port\":443}",
        signed.args().toString());

    Called undone = disposal("undo", "li", id);
    assertEquals(0, undone.exit(), undone.err());
    assertTrue(commands.find(undone.out().strip()).orElseThrow().note().contains("undo"));
    Called list =
        Called.with(hq.clock(), "en", "disposal", "list", "--data", hq.data().toString(), "--json");
    assertTrue(list.out().contains(id), list.out());
  }

  @Test
  void aDisposalThatNamesNothingExactlyIsNotAskedFor() throws Exception {
    Browser.of(hq, "li", "investigator");
    Called bad = disposal("order", "li", "--kind", "quarantine", "--path", "../x");
    assertEquals(2, bad.exit());
    assertTrue(bad.err().contains("\"../x\" is no path"), bad.err());
  }

  private Called disposal(String what, String by, String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("disposal", what));
    all.addAll(List.of(more));
    all.addAll(List.of("--data", hq.data().toString(), "--workstation", desk.logId()));
    all.addAll(List.of("--reason", "asked for", "--by", by));
    return Called.typing("a long password\n", hq.clock(), "en", all.toArray(String[]::new));
  }

  @Test
  void whatMakesNoSenseIsNotAskedFor() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    String path = "/workstations/" + desk.logId() + "/erase";
    for (String form :
        new String[] {
          "records=&reason=x",
          "records=2-1&reason=x",
          "records=0;1&reason=x",
          "records=0-9999&reason=x",
          "records=0&reason=",
          "records=0&reason=" + "x".repeat(201),
          "records=0",
          ""
        }) {
      assertEquals(409, li.post(path, form + "&csrf=" + li.csrf()).statusCode(), form);
    }
    assertTrue(commands().newest(5).isEmpty());
  }

  private Commands.Row ask(Browser browser, String records) throws Exception {
    String form = "records=" + records + "&reason=%E5%BD%93%E4%BA%8B%E4%BA%BA%E8%A6%81%E6%B1%82";
    String path = "/workstations/" + desk.logId() + "/erase";
    assertEquals(303, browser.post(path, form + "&csrf=" + browser.csrf()).statusCode());
    return commands().waiting(hq.clock().instant(), 9).get(0);
  }

  private int decide(Browser browser, String id, String how) throws Exception {
    return browser.post("/commands/" + id + "/" + how, "csrf=" + browser.csrf()).statusCode();
  }

  private Optional<byte[]> body(long seq) throws Exception {
    return hq.records().find(desk.logId(), seq).orElseThrow().body();
  }

  private Commands commands() {
    return new Commands(hq.database());
  }
}
