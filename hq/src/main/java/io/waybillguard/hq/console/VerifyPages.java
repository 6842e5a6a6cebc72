package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.evidence.bundle.BundleVerifier;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.store.FleetRows;
import io.waybillguard.hq.store.Users;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a bundle that somebody drops, by the same code as {@code evidence verify}, against the
 * keys that this HQ knows by itself. The file may come from anybody.
 */
final class VerifyPages {
  private static final Logger LOG = LoggerFactory.getLogger(VerifyPages.class);

  /** Largest file that is taken. */
  static final long MOST_BYTES = 512L << 20;

  /** Checking takes a processor and some memory: so many at a time. */
  private static final int AT_ONCE = 2;

  private final Frame frame;
  private final Fleet fleet;
  private final List<VerifierKey> cosigners;
  private final Semaphore free = new Semaphore(AT_ONCE);

  VerifyPages(Frame frame, Fleet fleet, List<VerifierKey> cosigners) {
    this.frame = frame;
    this.fleet = fleet;
    this.cosigners = List.copyOf(cosigners);
  }

  void form(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/verify");
    show(request, session, Optional.empty());
  }

  private void show(Context request, Users.Session session, Optional<VerifyView> verdict) {
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "verify.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("verify.title"), session, request),
            "verdict",
            verdict));
  }

  void check(Context request, Users.Session session) throws IOException {
    UploadedFile file = request.uploadedFile("bundle");
    if (file == null || file.size() == 0) {
      frame.message(request, 400, "verify.nothing");
      return;
    }
    if (file.size() > MOST_BYTES) {
      frame.message(request, 413, "verify.too_large");
      return;
    }
    if (!free.tryAcquire()) {
      request.header("Retry-After", "10");
      frame.message(request, 503, "verify.busy");
      return;
    }
    Path kept = Files.createTempFile("bundle-", ".zip");
    try {
      frame.note(request, session, HqAct.Deed.LOOK, "/verify", file.size() + " bytes");
      try (InputStream in = file.content()) {
        Files.copy(in, kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
      VerifyView view = verdict(kept, file, frame.reader(request));
      show(request, session, Optional.of(view));
    } catch (UploadedBundle.Refused e) {
      LOG.warn("bundle refused by={} why={}", session.user(), e.getMessage());
      frame.message(
          request, 422, "verify." + e.refusal().name().toLowerCase(java.util.Locale.ROOT));
    } finally {
      Files.deleteIfExists(kept);
      free.release();
    }
  }

  private VerifyView verdict(Path kept, UploadedFile file, Reader reader)
      throws IOException, UploadedBundle.Refused {
    Optional<FleetRows.Row> desk =
        UploadedBundle.origin(kept, file.size())
            .flatMap(
                origin ->
                    fleet.all().stream()
                        .map(Fleet.Standing::row)
                        .filter(row -> row.workstation().origin().equals(origin))
                        .findFirst());
    Verdict verdict;
    try {
      verdict = BundleVerifier.verify(kept, pins(desk), done -> {});
    } catch (IOException e) {
      throw new UploadedBundle.Refused(
          UploadedBundle.Refusal.NO_ZIP, String.valueOf(e.getMessage()));
    }
    return new VerifyView(
        file.filename(),
        verdict.holds(),
        verdict.records(),
        sentences(verdict, desk, reader),
        texts(verdict.proved(), reader),
        texts(verdict.notProved(), reader),
        verdict.refused().stream().map(r -> r.what() + ": " + r.why()).toList());
  }

  private static List<String> texts(List<Statement> statements, Reader reader) {
    return statements.stream().map(reader::statement).toList();
  }

  /** The log's first key and HQ's own keys, where the bundle is of a workstation of ours. */
  private Pins pins(Optional<FleetRows.Row> desk) {
    if (desk.isEmpty()) {
      return Pins.NONE;
    }
    try {
      return new Pins(Optional.of(VerifierKey.parse(desk.get().firstKey())), cosigners);
    } catch (EvidenceException e) {
      throw new IllegalStateException("HQ's database holds a key that is none", e);
    }
  }

  /** Whole; whose; since when; what it does not say. */
  private static List<String> sentences(
      Verdict verdict, Optional<FleetRows.Row> desk, Reader reader) {
    List<String> four = new ArrayList<>();
    if (!verdict.holds()) {
      four.add(reader.say("verify.1.broken"));
      four.add(reader.say("verify.2.broken"));
      four.add(reader.say("verify.3.broken"));
    } else {
      four.add(reader.say("verify.1", verdict.records(), verdict.size()));
      four.add(
          desk.map(
                  row ->
                      reader.say("verify.2", row.workstation().outlet(), row.workstation().name()))
              .orElseGet(() -> reader.say("verify.2.unknown")));
      four.add(
          desk.map(row -> reader.say("verify.3")).orElseGet(() -> reader.say("verify.3.unknown")));
    }
    four.add(reader.say("verify.4"));
    return four;
  }
}
