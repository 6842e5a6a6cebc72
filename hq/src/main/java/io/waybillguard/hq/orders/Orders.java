package io.waybillguard.hq.orders;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commands that need a second person, and their signature. The console and the commands beside it
 * do the same here. Safe for use by several threads.
 */
public final class Orders {
  private static final Pattern RECORDS = Pattern.compile("([0-9]{1,15})(?:-([0-9]{1,15}))?");
  private static final String ERASE = "erase";
  private static final String DISPOSE = "dispose";
  private static final String POLICY = "policy";
  private static final Duration GOOD_FOR = Duration.ofDays(7);
  private static final int MOST_REASON = 200;

  /** A heartbeat's answer holds 16 commands and has 64 KiB. */
  private static final int MOST_SPANS = 64;

  private final Database database;
  private final Contents contents;
  private final SigningKey key;

  /**
   * @param contents where HQ's own copies are erased
   * @param key HQ's command key
   */
  public Orders(Database database, Contents contents, SigningKey key) {
    this.database = database;
    this.contents = contents;
    this.key = key;
  }

  /**
   * An erasure as it would be asked for; nothing is kept yet.
   *
   * @param records as people write them: {@code 12-40,44}
   * @throws OrderRefused if records or reason are not right
   */
  public Commands.Row erasure(
      Workstation desk, String records, String by, String reason, Instant now) throws OrderRefused {
    checkReason(reason);
    List<Span> spans = spans(records);
    if (Span.count(spans) > EvidenceLog.MOST_ERASED || spans.size() > MOST_SPANS) {
      throw new OrderRefused(OrderRefused.Reason.RECORDS);
    }
    Json.Obj args = Json.object().put("request", reason).put("records", Span.pairs(spans));
    return asked(desk, ERASE, args, by, reason, now);
  }

  /**
   * A command as people give it to one workstation, good for a week; nothing is kept yet.
   *
   * @param type {@code dispose}, {@code undo}, {@code erase}
   * @param args as the workstation reads them
   */
  public static Commands.Row asked(
      Workstation desk, String type, Json.Obj args, String by, String reason, Instant now) {
    return Commands.Row.asked(
        Commands.freshId(), desk.origin(), type, args, by, reason, now, GOOD_FOR);
  }

  /**
   * A disposal as it would be asked for; nothing is kept yet.
   *
   * @param args as the workstation reads them
   * @throws OrderRefused if the reason is not right
   */
  public Commands.Row disposal(
      Workstation desk, Json.Obj args, String by, String reason, Instant now) throws OrderRefused {
    checkReason(reason);
    return asked(desk, DISPOSE, args, by, reason, now);
  }

  /**
   * An update as it would be asked for; nothing is kept yet.
   *
   * @throws OrderRefused if the reason is not right, or who asks is no administrator
   */
  public Commands.Row update(Update update, String by, String reason, Instant now)
      throws OrderRefused {
    checkReason(reason);
    checkAdmin(by);
    return Commands.Row.asked(
        Commands.freshId(), update.target(), Update.TYPE, update.args(), by, reason, now, GOOD_FOR);
  }

  private void checkAdmin(String by) throws OrderRefused {
    if (new Users(database).role(by).filter(role -> role == Users.Role.ADMIN).isEmpty()) {
      throw new OrderRefused(OrderRefused.Reason.NOT_ADMIN);
    }
  }

  /**
   * The undoing of a disposal that was ordered, signed: what gives something back needs no second
   * person. Nothing is kept yet.
   *
   * @param id of the command that ordered it
   * @throws OrderRefused if no such command was given, or the reason is not right
   */
  public Commands.Row undoing(String id, String by, String reason, Instant now)
      throws OrderRefused {
    checkReason(reason);
    Commands.Row order =
        new Commands(database)
            .find(id)
            .filter(row -> row.type().equals(DISPOSE) && !row.note().isEmpty())
            .orElseThrow(() -> new OrderRefused(OrderRefused.Reason.UNKNOWN));
    Workstation desk =
        new Logs(database)
            .byOrigin(order.target())
            .orElseThrow(() -> new OrderRefused(OrderRefused.Reason.UNKNOWN));
    Json.Obj args = Json.object().put("disposal", id);
    return signed(asked(desk, "undo", args, by, reason, now));
  }

  /**
   * The code without which a workstation whose settings ask for one does not let the agent go.
   *
   * @throws OrderRefused if the reason is not right
   */
  public RemovalCodes.Code removalCode(Workstation desk, String reason, Instant now)
      throws OrderRefused {
    checkReason(reason);
    return new RemovalCodes(key).of(desk.origin(), now);
  }

  private static void checkReason(String reason) throws OrderRefused {
    if (reason.isBlank() || reason.length() > MOST_REASON) {
      throw new OrderRefused(OrderRefused.Reason.NO_REASON);
    }
  }

  private static List<Span> spans(String records) throws OrderRefused {
    List<Span> spans = new ArrayList<>();
    for (String each : records.split(",", -1)) {
      Matcher numbers = RECORDS.matcher(each.strip());
      if (!numbers.matches()) {
        throw new OrderRefused(OrderRefused.Reason.RECORDS);
      }
      long first = Long.parseLong(numbers.group(1));
      long last = numbers.group(2) == null ? first : Long.parseLong(numbers.group(2));
      if (last < first) {
        throw new OrderRefused(OrderRefused.Reason.RECORDS);
      }
      spans.add(new Span(first, last + 1));
    }
    return spans;
  }

  /** Keeps a command, which then waits for approval. */
  public void ask(Commands.Row row) {
    new Commands(database).add(row);
  }

  /**
   * A command that this person could approve now.
   *
   * @throws OrderRefused if they may not, or it is not to be approved any more
   */
  public Commands.Row approvable(String id, String by, Instant now) throws OrderRefused {
    Commands.Row row = open(id, now);
    if (row.askedBy().equals(by)) {
      throw new OrderRefused(OrderRefused.Reason.SAME_PERSON);
    }
    if (row.type().equals(Update.TYPE)) {
      checkAdmin(by);
    }
    return row;
  }

  /**
   * Signs a command; of an erasure, HQ's own copies go first.
   *
   * @return what HQ erased; absent when the command erases nothing
   * @throws OrderRefused if somebody else was faster
   */
  public Optional<Contents.Erased> approve(Commands.Row row, String by, Instant now)
      throws IOException, OrderRefused {
    // Before it is signed: cut short, it can be approved again, and erasing twice does no harm.
    Optional<Contents.Erased> erased = eraseHere(row, now);
    Commands.Row named = row.type().equals(Update.TYPE) ? row.with(people(row, by)) : row;
    if (!new Commands(database).approve(signed(named, key), by, now)) {
      throw new OrderRefused(OrderRefused.Reason.SIGNED);
    }
    return erased;
  }

  /** Both are signed for, and stand in the record that the command becomes at each desk. */
  private static Json.Obj people(Commands.Row row, String by) {
    return row.args().copy().put("asked_by", row.askedBy()).put("approved_by", by);
  }

  private Optional<Contents.Erased> eraseHere(Commands.Row row, Instant now) throws IOException {
    if (!row.type().equals(ERASE)) {
      return Optional.empty();
    }
    Workstation desk =
        new Logs(database)
            .byOrigin(row.target())
            .orElseThrow(() -> new IOException("no workstation has log " + row.target()));
    return Optional.of(contents.erase(desk.log(), records(row), now));
  }

  private static SortedSet<Long> records(Commands.Row row) throws IOException {
    SortedSet<Long> records = new TreeSet<>();
    try {
      for (Span span : Span.read(row.args(), "records")) {
        for (long i = span.from(); i < span.to(); i++) {
          records.add(i);
        }
      }
    } catch (JsonException e) {
      throw new IOException("command " + row.id() + " names no records: " + e.getMessage(), e);
    }
    return records;
  }

  private Commands.Row open(String id, Instant now) throws OrderRefused {
    Commands.Row row = current(id, now);
    if (!row.note().isEmpty()) {
      throw new OrderRefused(OrderRefused.Reason.SIGNED);
    }
    return row;
  }

  private Commands.Row current(String id, Instant now) throws OrderRefused {
    Commands.Row row =
        new Commands(database)
            .find(id)
            .orElseThrow(() -> new OrderRefused(OrderRefused.Reason.UNKNOWN));
    if (!now.isBefore(row.expires())) {
      throw new OrderRefused(OrderRefused.Reason.OVER);
    }
    return row;
  }

  /**
   * A command that can be taken back: it waits for approval, or there may be desks that were not
   * told of it yet.
   *
   * @throws OrderRefused if there is none of this id, it is over, or it is a policy: one that some
   *     desks go by is rolled back, so that all go by the same again
   */
  public Commands.Row cancellable(String id, Instant now) throws OrderRefused {
    Commands.Row row = current(id, now);
    if (row.type().equals(POLICY)) {
      throw new OrderRefused(OrderRefused.Reason.POLICY);
    }
    return row;
  }

  /**
   * Takes back a command: its time is over now, and no desk is told of it from now on. What a desk
   * was told before it does nevertheless; its log says so.
   *
   * @throws OrderRefused if somebody else was faster
   */
  public void cancel(String id, String by, Instant now) throws OrderRefused {
    if (!new Commands(database).cancel(id, by, now)) {
      throw new OrderRefused(OrderRefused.Reason.OVER);
    }
  }

  /** A command that needs no second person, with HQ's signature. */
  public Commands.Row signed(Commands.Row row) {
    return signed(row, key);
  }

  /** A command with HQ's signature. */
  public static Commands.Row signed(Commands.Row row, SigningKey key) {
    String note =
        new Command(row.id(), row.target(), row.notBefore(), row.expires(), row.type(), row.args())
            .signedBy(key)
            .note();
    return row.signed(note);
  }
}
