package io.waybillguard.hq.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogVerifier;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.evidence.bundle.BundleVerifier;
import io.waybillguard.hq.acts.Acts;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a bundle, or a log in its folder, offline, with the same code as the agent. */
@CommandLine.Command(name = "verify")
final class EvidenceVerify implements Command {
  private final Call call;

  @Parameters(paramLabel = "BUNDLE", descriptionKey = "bundle")
  private Path bundle = Path.of("");

  @Option(names = "--first", paramLabel = "VKEY")
  private String first = "";

  @Option(names = "--witness", paramLabel = "VKEY")
  private List<String> witnesses = new ArrayList<>();

  EvidenceVerify(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Exception {
    if (!Files.exists(bundle)) {
      throw new Complaint(Exit.USAGE, "bundle.missing", bundle);
    }
    Verdict verdict = verify(pins());
    if (call.json()) {
      call.terminal().json(json(verdict));
    } else {
      print(verdict);
    }
    return verdict.holds() ? Exit.DONE : Exit.FAILED;
  }

  private Pins pins() throws Complaint {
    List<VerifierKey> keys = new ArrayList<>();
    for (String vkey : witnesses) {
      keys.add(key("--witness", vkey));
    }
    return new Pins(first.isEmpty() ? Optional.empty() : Optional.of(key("--first", first)), keys);
  }

  private static VerifierKey key(String option, String vkey) throws Complaint {
    try {
      return VerifierKey.parse(vkey);
    } catch (EvidenceException e) {
      throw new Complaint(
          e, Exit.USAGE, "verify.bad_key", option, vkey, String.valueOf(e.getMessage()));
    }
  }

  private Verdict verify(Pins pins) throws IOException, Complaint {
    if (Acts.isLog(bundle)) {
      try (LogReader log = LogReader.open(bundle)) {
        return LogVerifier.verify(
            log, pins, done -> call.terminal().progress(call.words().say("verify.progress", done)));
      } finally {
        call.terminal().progressDone();
      }
    }
    try {
      return BundleVerifier.verify(
          bundle,
          pins,
          done -> call.terminal().progress(call.words().say("verify.progress", done)));
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      throw new Complaint(
          e, Exit.USAGE, "verify.no_bundle", bundle, String.valueOf(e.getMessage()));
    } finally {
      call.terminal().progressDone();
    }
  }

  private Json.Obj json(Verdict verdict) {
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
                .toList());
  }

  private List<String> texts(List<Statement> statements) {
    return statements.stream().map(s -> s.text(call.words().locale())).toList();
  }

  private void print(Verdict verdict) {
    call.terminal()
        .line(
            call.words()
                .say(
                    verdict.holds() ? "verify.holds" : "verify.does_not_hold",
                    bundle,
                    verdict.records()));
    section(
        "verify.refused", verdict.refused().stream().map(r -> r.what() + ": " + r.why()).toList());
    section("verify.proved", texts(verdict.proved()));
    section("verify.not_proved", texts(verdict.notProved()));
  }

  private void section(String title, List<String> items) {
    if (!items.isEmpty()) {
      call.terminal().line("");
      call.terminal().line(call.words().say(title));
      items.forEach(item -> call.terminal().line("- " + item));
    }
  }
}
