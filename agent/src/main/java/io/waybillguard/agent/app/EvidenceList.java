package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evidence list}: the records of this workstation, oldest first. */
@Command(name = "list")
final class EvidenceList implements Action {
  private static final int SEVERITY_COLUMNS = 8;
  private static final int TIME_COLUMNS = 19;

  private static final int NEWEST_FOR_PEOPLE = 100;
  private static final long FOLLOW_MS = 500;

  private final Call call;

  @Option(names = "--from", paramLabel = "T")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "T")
  private @Nullable String to;

  @Option(names = "--kind", paramLabel = "K")
  private @Nullable String kind;

  @Option(names = "--limit", paramLabel = "N")
  private @Nullable Integer limit;

  @Option(names = "--follow")
  private boolean follow;

  @Option(names = "--json", descriptionKey = "json_lines")
  private boolean json;

  EvidenceList(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, InterruptedException {
    // A person reads the newest; a program wants what it asked for.
    int most = limit == null ? (json ? 0 : NEWEST_FOR_PEOPLE) : limit;
    if (most < 0) {
      throw new Refusal(Exit.USAGE, "list.limit", most);
    }
    Moments moments = new Moments(InstantSource.system().instant(), ZoneId.systemDefault());
    Instant begin = moment("--from", from, moments.begin(from == null ? "" : from), Instant.MIN);
    Instant end = moment("--to", to, moments.end(to == null ? "" : to), Instant.MAX);
    if (!begin.isBefore(end)) {
      throw new Refusal(Exit.USAGE, "list.backwards", String.valueOf(from), String.valueOf(to));
    }
    try (LogReader log = LocalLog.open(call.home())) {
      long next = log.size();
      // What comes from now on is for following to show; none may be shown twice.
      long[] places =
          Arrays.stream(log.places(kind, begin, end, most)).filter(seq -> seq < next).toArray();
      if (places.length == 0) {
        call.terminal().remark("list.empty");
      }
      Exit exit = print(log, places, moments);
      return follow ? follow(log, next, moments) : exit;
    }
  }

  private static Instant moment(
      String option, @Nullable String text, Optional<Instant> read, Instant otherwise)
      throws Refusal {
    if (text == null) {
      return otherwise;
    }
    return read.orElseThrow(() -> new Refusal(Exit.USAGE, "time.bad", option, text));
  }

  /** One by one, so that a log of any length can be listed. A damaged record hides no other. */
  private Exit print(LogReader log, long[] places, Moments moments) throws IOException {
    int numberColumns = String.valueOf(log.size()).length();
    Exit exit = Exit.DONE;
    for (long seq : places) {
      if (call.terminal().isGone()) {
        break;
      }
      try {
        ShownRecord.read(log, seq).ifPresent(r -> print(r, numberColumns, moments));
      } catch (EvidenceException e) {
        LoggerFactory.getLogger(EvidenceList.class).error("record={} cannot be shown", seq, e);
        call.terminal()
            .complain(call.words().say("record.damaged", seq, String.valueOf(e.getMessage())));
        exit = Exit.FAILED;
      }
    }
    return exit;
  }

  /** Shows what is new until whoever reads is gone or the process is ended. */
  private Exit follow(LogReader log, long from, Moments moments)
      throws IOException, InterruptedException {
    long next = from;
    while (!call.terminal().isGone()) {
      long size = log.size();
      for (; next < size; next++) {
        Optional<byte[]> leaf = log.leaf(next);
        if (kind == null || (leaf.isPresent() && isOfKind(leaf.get(), kind))) {
          print(log, new long[] {next}, moments);
        }
      }
      call.terminal().flush();
      Thread.sleep(FOLLOW_MS);
    }
    return Exit.DONE;
  }

  /** A damaged leaf is of every kind: it has to be seen. */
  private static boolean isOfKind(byte[] leaf, String kind) {
    try {
      return Leaf.parse(leaf).type().equals(kind);
    } catch (EvidenceException e) {
      LoggerFactory.getLogger(EvidenceList.class).warn("a leaf cannot be read", e);
      return true;
    }
  }

  private void print(ShownRecord record, int numberColumns, Moments moments) {
    if (json) {
      call.terminal().json(record.json(call.words()));
      return;
    }
    String number = String.valueOf(record.entry().seq());
    call.terminal()
        .row(
            " ".repeat(numberColumns - number.length())
                + number
                + "  "
                + Columns.fit(
                    Times.local(record.entry().at(), moments.now(), moments.zone()), TIME_COLUMNS)
                + "  "
                + Columns.fit(record.severity(call.words()), SEVERITY_COLUMNS)
                + "  "
                + record.summary(call.words()));
  }
}
