package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.DamagedLogException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogVerifier;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.evidence.bundle.BundleVerifier;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evidence verify [BUNDLE]}: checks the whole log of this workstation, or a bundle. */
@Command(name = "verify")
final class EvidenceVerify implements Action {
  private final Call call;

  @Parameters(paramLabel = "BUNDLE", arity = "0..1", descriptionKey = "bundle")
  private @Nullable Path bundle;

  @Option(names = "--first", paramLabel = "VKEY")
  private @Nullable String first;

  @Option(names = "--witness", paramLabel = "VKEY")
  private List<String> witnesses = new ArrayList<>();

  @Option(names = "--json")
  private boolean json;

  EvidenceVerify(Call call) {
    this.call = call;
  }

  /** Where the keys that are checked against come from. */
  private enum Source {
    GIVEN,
    ENROLMENT,
    NONE
  }

  private record Known(Pins pins, Source source) {}

  @Override
  public Exit run() throws IOException, Refusal {
    Path named = bundle;
    Known known = named == null ? ofThisLog() : given(Pins.NONE, Source.NONE);
    Verdict verdict = named == null ? log(known.pins()) : bundle(named, known.pins());
    if (json) {
      call.terminal().json(json(verdict, known));
    } else {
      print(verdict, known, named == null ? call.words().say("status.log") : named.toString());
    }
    return verdict.holds() ? Exit.DONE : Exit.FAILED;
  }

  // -- what is known from outside --------------------------------------------------------------

  /** Keys that were given count; for the others, what enrolment left here. */
  private Known ofThisLog() throws IOException, Refusal {
    LocalLog.checkReadable(call.home().data());
    Optional<Enrolment> enrolment = Enrolment.load(call.home().data());
    return enrolment.isEmpty()
        ? given(Pins.NONE, Source.NONE)
        : given(
            new Pins(
                Optional.of(enrolment.get().log()),
                List.of(enrolment.get().witness(), enrolment.get().mirror())),
            Source.ENROLMENT);
  }

  private Known given(Pins otherwise, Source source) throws Refusal {
    String firstKey = first;
    List<VerifierKey> others = new ArrayList<>();
    for (String vkey : witnesses) {
      others.add(key("--witness", vkey));
    }
    return new Known(
        new Pins(
            firstKey == null ? otherwise.first() : Optional.of(key("--first", firstKey)),
            others.isEmpty() ? otherwise.witnesses() : others),
        firstKey == null && others.isEmpty() ? source : Source.GIVEN);
  }

  private static VerifierKey key(String option, String vkey) throws Refusal {
    try {
      return VerifierKey.parse(vkey);
    } catch (EvidenceException e) {
      throw new Refusal(
          e, Exit.USAGE, "verify.bad_key", option, vkey, String.valueOf(e.getMessage()));
    }
  }

  // -- checking --------------------------------------------------------------------------------

  private Verdict log(Pins pins) throws IOException, Refusal {
    try (LogReader log = LocalLog.open(call.home()).holdStill();
        ProgressBar bar = call.terminal().bar("verify.progress", log.size())) {
      return LogVerifier.verify(log, pins, bar::done);
    } catch (DamagedLogException e) {
      // So damaged that it cannot even be read to its end. That is an answer, not a failure.
      String what = call.home().shown(call.home().data());
      return new Verdict(
          0,
          0,
          List.of(),
          List.of(),
          List.of(new Verdict.Refused(what, String.valueOf(e.getMessage()))));
    }
  }

  private Verdict bundle(Path named, Pins pins) throws IOException, Refusal {
    if (!Files.exists(named)) {
      throw new Refusal(Exit.USAGE, "file.missing", named.toString());
    }
    try (ProgressBar bar = call.terminal().bar("verify.progress", BundleVerifier.records(named))) {
      return BundleVerifier.verify(named, pins, bar::done);
    } catch (java.nio.file.AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      throw new Refusal(
          e, Exit.USAGE, "verify.no_bundle", named.toString(), String.valueOf(e.getMessage()));
    }
  }

  // -- telling ---------------------------------------------------------------------------------

  private Json.Obj json(Verdict verdict, Known known) {
    Json.Obj pins =
        Json.object()
            .put("from", known.source().name().toLowerCase(Locale.ROOT))
            .put("witnesses", known.pins().witnesses().stream().map(String::valueOf).toList());
    known.pins().first().ifPresent(k -> pins.put("first", k.toString()));
    return Json.object()
        .put("holds", verdict.holds())
        .put("size", verdict.size())
        .put("records", verdict.records())
        .put("proved", texts(verdict.proved()))
        .put("not_proved", texts(verdict.notProved()))
        .put(
            "refused",
            verdict.refused().stream()
                .map(r -> Json.object().put("what", r.what()).put("why", r.why()))
                .toList())
        .put("pins", pins);
  }

  private List<String> texts(List<Statement> statements) {
    return statements.stream().map(s -> s.text(call.words().locale())).toList();
  }

  private List<String> sentences(List<Statement> statements) {
    return statements.stream()
        .map(s -> s.text(call.words().locale(), ZoneId.systemDefault()))
        .toList();
  }

  private void print(Verdict verdict, Known known, String what) {
    Terminal terminal = call.terminal();
    terminal.say(
        verdict.holds() ? "verify.holds" : "verify.does_not_hold", what, verdict.records());
    terminal.item(
        "", call.words().say("verify.pins." + known.source().name().toLowerCase(Locale.ROOT)));
    section(
        "verify.refused", verdict.refused().stream().map(r -> r.what() + ": " + r.why()).toList());
    section("verify.proved", sentences(verdict.proved()));
    section(
        "verify.not_proved",
        sentences(verdict.notProved().stream().filter(s -> !s.isLimit()).toList()));
    section(
        "verify.limits",
        sentences(verdict.notProved().stream().filter(Statement::isLimit).toList()));
  }

  private void section(String title, List<String> items) {
    if (items.isEmpty()) {
      return;
    }
    call.terminal().line("");
    call.terminal().say(title);
    items.forEach(item -> call.terminal().item("- ", item));
  }
}
