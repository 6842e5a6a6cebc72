package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.Standing;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evidence show SEQ}: one record, what it says and how well it is secured. */
@Command(name = "show")
final class EvidenceShow implements Action {
  private final Call call;

  @Parameters(paramLabel = "SEQ", descriptionKey = "seq")
  private long seq;

  @Option(names = "--json")
  private boolean json;

  EvidenceShow(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal, EvidenceException {
    try (LogReader log = LocalLog.open(call.home()).holdStill()) {
      long size = log.size();
      ShownRecord record =
          ShownRecord.read(log, seq)
              .orElseThrow(
                  () ->
                      new Refusal(
                          Exit.USAGE, seq < size ? "record.pruned" : "record.none", seq, size));
      Optional<Standing.Witnesses> hq =
          Enrolment.load(call.home().data())
              .map(e -> new Standing.Witnesses(e.witness(), e.mirror()));
      Standing standing = Standing.of(log, seq, hq);
      Hash hash = Merkle.leaf(log.leaf(seq).orElseThrow());
      if (json) {
        call.terminal().json(json(record, standing, hash));
      } else {
        print(record, standing, hash);
      }
      return Exit.DONE;
    }
  }

  private Json.Obj json(ShownRecord record, Standing standing, Hash hash) {
    Json.Obj json =
        record
            .json(call.words())
            .put("state", standing.word().name().toLowerCase(Locale.ROOT))
            .put("leaf", record.entry().leaf().fields())
            .put("leaf_hash", hash.hex())
            .put("content", record.event().isPresent() ? "holds" : "erased");
    standing.sealed().ifPresent(s -> json.put("sealed", json(s)));
    standing.pinned().ifPresent(s -> json.put("pinned", json(s)));
    standing.witnessed().ifPresent(s -> json.put("witnessed", json(s)));
    return json;
  }

  private static Json.Obj json(Standing.Seal seal) {
    Json.Obj json = Json.object().put("size", seal.size());
    seal.at().ifPresent(at -> json.put("at", Times.rfc3339(at)));
    return json;
  }

  private void print(ShownRecord record, Standing standing, Hash hash) {
    Words words = call.words();
    Entry entry = record.entry();
    call.terminal().say("show.title", entry.seq(), entry.type(), record.summary(words));
    Table facts = Table.withoutHeadings(2);
    facts.row(words.say("show.at"), local(entry.at()));
    facts.row(words.say("show.severity"), record.severity(words));
    facts.row(words.say("show.durable"), words.say("show.durable_yes"));
    facts.row(words.say("show.sealed"), seal(standing.sealed()));
    facts.row(words.say("show.pinned"), seal(standing.pinned()));
    facts.row(words.say("show.witnessed"), seal(standing.witnessed()));
    facts.row(words.say("show.leaf_hash"), hash.hex());
    facts.row(
        words.say("show.content"),
        words.say(record.event().isPresent() ? "show.content_holds" : "show.content_erased"));
    call.terminal().table(facts);
    record.event().ifPresent(e -> call.terminal().lines(e.indented()));
  }

  private String seal(Optional<Standing.Seal> seal) {
    Words words = call.words();
    return seal.map(
            s ->
                s.at()
                    .map(at -> words.say("show.cosigned", s.size(), local(at)))
                    .orElseGet(() -> words.say("show.signed", s.size())))
        .orElseGet(() -> words.say("show.not_yet"));
  }

  private static String local(Instant at) {
    return Times.local(at, InstantSource.system().instant(), ZoneId.systemDefault());
  }
}
