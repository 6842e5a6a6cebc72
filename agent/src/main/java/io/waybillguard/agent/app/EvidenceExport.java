package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.evidence.bundle.BundleWriter;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evidence export}: records with everything that proves them, to be handed over. */
@Command(name = "export")
final class EvidenceExport implements Action {
  private final Call call;

  @Option(names = "--from", paramLabel = "SEQ|T", required = true)
  private String from = "";

  @Option(names = "--to", paramLabel = "SEQ|T", required = true)
  private String to = "";

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR_OR_ZIP",
      required = true)
  private Path out = Path.of("");

  @Option(names = "--reason", paramLabel = "TEXT")
  private String reason = "";

  @Option(names = "--case", paramLabel = "TEXT")
  private String caseNumber = "";

  @Option(names = "--asked-by", paramLabel = "TEXT")
  private String askedBy = "";

  @Option(names = "--legal-basis", paramLabel = "TEXT")
  private String legalBasis = "";

  @Option(names = "--whole-log")
  private boolean wholeLog;

  @Option(names = "--json")
  private boolean json;

  EvidenceExport(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, EvidenceException {
    Instant now = InstantSource.system().instant();
    try (LogReader log = LocalLog.open(call.home()).holdStill()) {
      NavigableSet<Long> wanted = wanted(log, new Moments(now, ZoneId.systemDefault()));
      checkSealed(log, wanted.last());
      BundleWriter writer = writer(call, log, custody(log, wanted, now), now);
      if (wholeLog) {
        writer.withWholeLog();
      }
      print(wanted, write(writer, wanted), writer.fingerprint(), log);
    }
    return Exit.DONE;
  }

  // -- which records ---------------------------------------------------------------------------

  private NavigableSet<Long> wanted(LogReader log, Moments moments) throws IOException, Refusal {
    long size = log.size();
    long low = isPlace(from) ? place("--from", from) : 0;
    long high = isPlace(to) ? place("--to", to) : size - 1;
    Instant begin = isPlace(from) ? Instant.MIN : moment("--from", from, moments::begin);
    Instant end = isPlace(to) ? Instant.MAX : moment("--to", to, moments::end);
    if ((low > high && size > 0) || !begin.isBefore(end)) {
      throw new Refusal(Exit.USAGE, "list.backwards", from, to);
    }
    if (high >= size) {
      throw new Refusal(Exit.USAGE, "record.none", high, size);
    }
    // The index by time finds; it proves nothing, and a range of numbers needs none.
    LongStream places =
        isPlace(from) && isPlace(to)
            ? LongStream.rangeClosed(low, high)
            : Arrays.stream(log.places(null, begin, end, 0));
    NavigableSet<Long> wanted = new TreeSet<>();
    places.filter(seq -> low <= seq && seq <= high).forEach(wanted::add);
    if (wanted.isEmpty()) {
      throw new Refusal(Exit.FAILED, "export.empty", from, to);
    }
    return wanted;
  }

  private static boolean isPlace(String text) {
    return text.matches("[0-9]+");
  }

  private static long place(String option, String text) throws Refusal {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Refusal(e, Exit.USAGE, "export.bad_range", option, text);
    }
  }

  private static Instant moment(
      String option, String text, Function<String, Optional<Instant>> reading) throws Refusal {
    return reading
        .apply(text)
        .orElseThrow(() -> new Refusal(Exit.USAGE, "export.bad_range", option, text));
  }

  static void checkSealed(LogReader log, long last) throws IOException, Refusal, EvidenceException {
    Optional<SignedNote> newest = log.newestCheckpoint();
    long sealed = newest.isEmpty() ? 0 : Checkpoint.parse(newest.get().text()).size();
    if (sealed == 0) {
      throw new Refusal(Exit.FAILED, "export.nothing_sealed", last);
    }
    if (last >= sealed) {
      throw new Refusal(Exit.FAILED, "export.not_sealed", last, sealed - 1);
    }
  }

  /**
   * A writer of bundles of this desk's log.
   *
   * @param custody who takes the records out, when and why
   */
  static BundleWriter writer(Call call, LogReader log, Json.Obj custody, Instant now)
      throws IOException {
    Optional<Enrolment> hq = Enrolment.load(call.home().data());
    return new BundleWriter(
        log,
        hq.map(e -> List.of(e.witness(), e.mirror())).orElse(List.<VerifierKey>of()),
        List.of(custody),
        now,
        ZoneId.systemDefault());
  }

  // -- writing ---------------------------------------------------------------------------------

  /** Who took the records out, when and why. It goes into the bundle. */
  private Json.Obj custody(LogReader log, NavigableSet<Long> wanted, Instant now)
      throws IOException {
    return Json.object()
        .put("action", "export")
        .put("at", Times.rfc3339(now))
        .put("by", System.getProperty("user.name", ""))
        .putUnlessEmpty("on_behalf_of", call.environment().getOrDefault("SUDO_USER", ""))
        .putUnlessEmpty("asked_by", askedBy)
        .putUnlessEmpty("case", caseNumber)
        .putUnlessEmpty("legal_basis", legalBasis)
        .putUnlessEmpty("reason", reason)
        .put("whole_log", wholeLog)
        .put("origin", log.keys().origin())
        .put("first", wanted.first())
        .put("last", wanted.last())
        .put("records", wanted.size())
        .put("agent", Version.current());
  }

  private long write(BundleWriter writer, NavigableSet<Long> wanted)
      throws IOException, Refusal, EvidenceException {
    try (ProgressBar bar = call.terminal().bar("export.progress", wanted.size())) {
      return writer.write(wanted, out, bar::done);
    } catch (FileAlreadyExistsException e) {
      throw new Refusal(e, Exit.USAGE, "export.exists", out.toString());
    }
  }

  private void print(NavigableSet<Long> wanted, long written, Hash fingerprint, LogReader log)
      throws IOException {
    boolean witnessed = log.witnessedSize() > wanted.last();
    if (json) {
      call.terminal()
          .json(
              Json.object()
                  .put("bundle", out.toString())
                  .put("first", wanted.first())
                  .put("last", wanted.last())
                  .put("records", written)
                  .put("fingerprint", fingerprint.hex())
                  .put("witnessed", witnessed));
      return;
    }
    call.terminal().say("export.done", written, out, wanted.first(), wanted.last());
    call.terminal()
        .item("", call.words().say(witnessed ? "export.witnessed" : "export.not_witnessed"));
    call.terminal().item("", call.words().say("export.fingerprint", fingerprint.hex()));
    call.terminal().say("export.how_to_check", out);
  }
}
