package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Workstation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Has a workstation do something: signed, told with its next heartbeat, and answered in its log.
 * Erasing needs a second person.
 */
@CommandLine.Command(name = "give")
final class CommandGive implements Command {
  private static final Pattern RECORDS = Pattern.compile("([0-9]{1,15})(?:-([0-9]{1,15}))?");
  private static final int MOST_NAME = 200;
  private static final int MOST_DAYS = 180;

  /** A heartbeat's answer holds 16 commands and has 64 KiB. */
  private static final int MOST_SPANS = 64;

  /** What a workstation can be told. */
  enum Kind {
    PULL,
    HOLD,
    RELEASE,
    ERASE,
    REKEY;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Call call;
  @Mixin private final Home home;
  @Mixin private final Asking asking;

  @Parameters(paramLabel = "pull|hold|release|erase|rekey", descriptionKey = "kind")
  private String kind = "";

  @Option(names = "--workstation", paramLabel = "ID", required = true)
  private String workstation = "";

  @Option(names = "--records", paramLabel = "N-M[,…]")
  private String records = "";

  @Option(names = "--case", paramLabel = "NO")
  private String caseNo = "";

  @Option(names = "--reason", paramLabel = "TEXT", required = true)
  private String reason = "";

  @Option(names = "--days", paramLabel = "N", defaultValue = "7")
  private int days;

  CommandGive(Call call) {
    this.call = call;
    this.home = call.home();
    this.asking = new Asking(call);
  }

  @Override
  public Exit run() throws Exception {
    Kind what = kind();
    Given.checkReason(reason);
    if (days < 1 || days > MOST_DAYS) {
      throw new Complaint(Exit.USAGE, "command.days", MOST_DAYS, days);
    }
    Json.Obj args = args(what);
    try (Database database = home.open()) {
      String by = asking.who(database);
      Workstation desk =
          new Logs(database)
              .workstation(workstation)
              .orElseThrow(() -> new Complaint(Exit.USAGE, "workstation.unknown", workstation));
      Commands.Row row = row(what, args, desk, by);
      home.record(call, database, HqAct.Deed.COMMAND, by, desk.log(), said(what));
      new Commands(database).add(row);
      if (what == Kind.HOLD) {
        home.contents(call, database).hold(desk.log(), caseNo, spans().get(0));
      } else if (what == Kind.RELEASE) {
        home.contents(call, database).release(desk.log(), caseNo, spans().get(0));
      }
      Given.say(call, row);
    }
    return Exit.DONE;
  }

  /** For HQ's own log: what, of which records, for which case, and why. */
  private String said(Kind what) {
    return Stream.of(what.word(), records, caseNo, reason)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" · "));
  }

  private Kind kind() throws Complaint {
    for (Kind each : Kind.values()) {
      if (each.word().equals(kind.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new Complaint(Exit.USAGE, "command.kind", kind);
  }

  private Json.Obj args(Kind what) throws Complaint {
    Json.Obj args = Json.object();
    switch (what) {
      case PULL -> put(args, spans(), true);
      case HOLD, RELEASE -> {
        if (caseNo.isBlank() || caseNo.length() > MOST_NAME) {
          throw new Complaint(Exit.USAGE, "command.case", MOST_NAME, caseNo.length());
        }
        put(args.put("case", caseNo), spans(), true);
      }
      case ERASE -> put(args.put("request", reason), spans(), false);
      case REKEY -> {
        if (!records.isEmpty()) {
          throw new Complaint(Exit.USAGE, "command.no_records", what.word(), records);
        }
      }
    }
    return args;
  }

  private static void put(Json.Obj args, List<Span> spans, boolean one) throws Complaint {
    if (one && spans.size() != 1) {
      throw new Complaint(Exit.USAGE, "command.one_span", spans.size());
    }
    if (one) {
      args.put("from", spans.get(0).from()).put("to", spans.get(0).to());
    } else {
      args.put("records", Span.pairs(spans));
    }
  }

  private List<Span> spans() throws Complaint {
    List<Span> spans = new ArrayList<>();
    for (String each : records.split(",", -1)) {
      Matcher numbers = RECORDS.matcher(each.strip());
      if (!numbers.matches()) {
        throw new Complaint(Exit.USAGE, "command.records", records);
      }
      long first = Long.parseLong(numbers.group(1));
      long last = numbers.group(2) == null ? first : Long.parseLong(numbers.group(2));
      if (last < first) {
        throw new Complaint(Exit.USAGE, "command.records", records);
      }
      spans.add(new Span(first, last + 1));
    }
    if (kind.equalsIgnoreCase("erase") && Span.count(spans) > EvidenceLog.MOST_ERASED) {
      throw new Complaint(
          Exit.USAGE, "command.too_many", EvidenceLog.MOST_ERASED, Span.count(spans));
    }
    if (spans.size() > MOST_SPANS) {
      throw new Complaint(Exit.USAGE, "command.too_many_spans", MOST_SPANS, spans.size());
    }
    return spans;
  }

  private Commands.Row row(Kind what, Json.Obj args, Workstation desk, String by) throws Exception {
    Commands.Row row =
        Commands.Row.asked(
            Commands.freshId(),
            desk.origin(),
            what.word(),
            args,
            by,
            reason,
            call.clock().instant(),
            Duration.ofDays(days));
    return what == Kind.ERASE ? row : Orders.signed(row, home.keys().commands());
  }
}
