package io.waybillguard.hq.pull;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.evidence.bundle.BundleWriter;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Segments;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/** Makes an evidence bundle of what HQ holds of one workstation. Used by one thread, once. */
public final class Pull {
  /**
   * Who asks, and for what. It goes into the bundle's custody record.
   *
   * @param by the account at HQ
   * @param reason why, or ""
   * @param incident it is about, or ""
   * @param from the first moment wanted, by the desk's clock
   * @param to the first moment no longer wanted
   */
  public record Request(String by, String reason, String incident, Instant from, Instant to) {}

  /**
   * What was written.
   *
   * @param records how many records are in the bundle, key hand-overs included
   * @param first the first record that was asked for
   * @param last the last one
   * @param fingerprint SHA-256 of the bundle's tag manifest, hex: it tells this bundle from every
   *     other
   */
  public record Result(long records, long first, long last, String fingerprint) {}

  /** How far it is. */
  public interface Progress {
    /** Records read of the log so far, of all. */
    void read(long done, long all);

    /** Records written so far. */
    void written(long done);
  }

  private final Segments segments;
  private final SegmentStore files;
  private final Contents contents;
  private final List<VerifierKey> cosigners;

  /**
   * @param contents what was pulled from desks
   * @param cosigners HQ's public keys, for comparison in the bundle
   */
  public Pull(
      Segments segments, SegmentStore files, Contents contents, List<VerifierKey> cosigners) {
    this.segments = segments;
    this.files = files;
    this.contents = contents;
    this.cosigners = List.copyOf(cosigners);
  }

  /**
   * Writes the bundle.
   *
   * @param target a new folder, or a new file that ends in {@code .zip}
   * @throws EvidenceException if no record is wanted
   * @throws IOException if HQ's copy is damaged, or the target cannot be written
   */
  public Result write(
      LogState log, Request request, Path target, Instant now, ZoneId zone, Progress progress)
      throws IOException, EvidenceException {
    long all = log.mirror().size();
    MirrorLedger ledger =
        MirrorLedger.open(log, segments, files, contents, done -> progress.read(done, all));
    SortedSet<Long> wanted = wanted(ledger, request);
    if (wanted.isEmpty()) {
      throw new EvidenceException("HQ holds no record of that time; widen --from and --to");
    }
    LongConsumer written = progress::written;
    BundleWriter bundle =
        new BundleWriter(ledger, cosigners, List.of(custody(log, request, wanted, now)), now, zone);
    long records = bundle.write(wanted, target, written);
    return new Result(records, wanted.first(), wanted.last(), bundle.fingerprint().hex());
  }

  /** Read from the leaves themselves: the index in the database proves nothing. */
  private static SortedSet<Long> wanted(MirrorLedger ledger, Request request)
      throws IOException, EvidenceException {
    SortedSet<Long> wanted = new TreeSet<>();
    for (long i = 0; i < ledger.size(); i++) {
      Instant wall = Instant.ofEpochMilli(Leaf.parse(ledger.leaf(i).orElseThrow()).wall());
      if (!wall.isBefore(request.from()) && wall.isBefore(request.to())) {
        wanted.add(i);
      }
    }
    return wanted;
  }

  private static Json.Obj custody(
      LogState log, Request request, SortedSet<Long> wanted, Instant now) {
    Json.Obj line =
        Json.object()
            .put("action", "pull")
            .put("at", Times.rfc3339(now))
            .put("by", request.by())
            .putUnlessEmpty("reason", request.reason())
            .putUnlessEmpty("incident", request.incident())
            .put("origin", log.origin())
            .put("outlet", log.workstation().outlet())
            .put("hostname", log.workstation().hostname())
            .putUnlessEmpty("continues", log.workstation().continues().orElse(""))
            .putUnlessEmpty("continued_by", log.workstation().continuedBy().orElse(""))
            .put("first", wanted.first())
            .put("last", wanted.last())
            .put("records", wanted.size());
    if (!request.from().equals(Instant.MIN)) {
      line.put("from", Times.rfc3339(request.from()));
    }
    if (!request.to().equals(Instant.MAX)) {
      line.put("to", Times.rfc3339(request.to()));
    }
    return line;
  }
}
