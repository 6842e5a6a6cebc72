package io.waybillguard.hq.pull;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.DurableFile;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Pulls;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Segments;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pulls that people ask for and do not wait for: the workstation is asked for content that HQ does
 * not hold, then the bundle is written to {@code pulls/<id>.zip} of the data folder. A process that
 * ends in the middle loses nothing: the pull is taken up again from its beginning, here or by
 * another process. {@link #step} is called by one thread of a process; the rest is safe for
 * several.
 */
public final class Pulling {
  private static final Logger LOG = LoggerFactory.getLogger(Pulling.class);
  private static final String FOLDER = "pulls";

  /** A heartbeat's answer holds 16 commands; half of them leave room for others. */
  private static final int MOST_COMMANDS = 8;

  private static final Set<String> ENDED =
      Set.of("done", "failed", "refused", "expired", "unsupported", "interrupted");

  /** A row is written so often while a bundle is. */
  private static final Duration SAY_EVERY = Duration.ofMillis(500);

  private final Database database;
  private final Pulls pulls;
  private final Commands commands;
  private final Orders orders;
  private final Path data;
  private final Pull pull;
  private final InstantSource clock;

  /**
   * @param data HQ's data folder, where bundles are put
   * @param segments where the records lie
   * @param contents what pulls before brought
   * @param orders what signs commands
   * @param cosigners HQ's public keys, for comparison in the bundle
   */
  public Pulling(
      Database database,
      Path data,
      SegmentStore segments,
      Contents contents,
      Orders orders,
      List<VerifierKey> cosigners,
      InstantSource clock) {
    this.database = database;
    this.pulls = new Pulls(database);
    this.commands = new Commands(database);
    this.orders = orders;
    this.data = data;
    this.pull = new Pull(new Segments(database), segments, contents, cosigners);
    this.clock = clock;
  }

  /**
   * What a person asks for.
   *
   * @param incident it is about, or ""
   * @param from first moment wanted, by the desk's clock; absent for all
   * @param to first moment no longer wanted; absent for all
   * @param patience how long content is waited for at most; zero when it is not asked for
   */
  public record Wish(
      Workstation desk,
      String incident,
      Optional<Instant> from,
      Optional<Instant> to,
      String reason,
      String by,
      Duration patience) {}

  /**
   * Takes a wish.
   *
   * @return the pull's id
   */
  public String ask(Wish wish) {
    Instant now = Instant.ofEpochMilli(clock.instant().toEpochMilli());
    List<Span> missing =
        wish.patience().isZero()
            ? List.of()
            : pulls.missing(wish.desk().log(), wish.from(), wish.to());
    String id = Commands.freshId();
    List<String> asked = new ArrayList<>();
    for (Span each : joined(missing)) {
      asked.add(askFor(each, wish, id, now));
    }
    pulls.add(
        new Pulls.Row(
            id,
            wish.desk().log(),
            wish.incident(),
            wish.from(),
            wish.to(),
            wish.reason(),
            wish.by(),
            now,
            now.plus(wish.patience()),
            asked.isEmpty() ? Pulls.State.WAITING : Pulls.State.ASKING,
            0,
            0,
            asked,
            Span.count(missing),
            "",
            0,
            ""));
    return id;
  }

  private String askFor(Span records, Wish wish, String pull, Instant now) {
    Commands.Row row =
        Commands.Row.asked(
            Commands.freshId(),
            wish.desk().origin(),
            "pull",
            Json.object().put("from", records.from()).put("to", records.to()),
            wish.by(),
            wish.reason().isEmpty() ? "pull " + pull : wish.reason(),
            now,
            wish.patience());
    commands.add(orders.signed(row));
    return row.id();
  }

  /** Few enough for one heartbeat: those next to each other are asked for as one. */
  private static List<Span> joined(List<Span> spans) {
    List<Span> joined = new ArrayList<>(spans);
    while (joined.size() > MOST_COMMANDS) {
      int nearest = 0;
      for (int i = 1; i < joined.size() - 1; i++) {
        if (gap(joined, i) < gap(joined, nearest)) {
          nearest = i;
        }
      }
      joined.set(nearest, new Span(joined.get(nearest).from(), joined.remove(nearest + 1).to()));
    }
    return joined;
  }

  private static long gap(List<Span> spans, int i) {
    return spans.get(i + 1).from() - spans.get(i).to();
  }

  /** The bundle of a pull that is done; absent when it is not there any more. */
  public Optional<Path> bundle(Pulls.Row row) {
    Path file = file(row.id(), ".zip");
    return row.state() == Pulls.State.DONE && Files.isRegularFile(file)
        ? Optional.of(file)
        : Optional.empty();
  }

  private Path file(String id, String end) {
    return data.resolve(FOLDER).resolve(id + end);
  }

  /**
   * Does what there is to do now: ends waiting that is over, and writes one bundle.
   *
   * @return whether a bundle was written or given up
   */
  public boolean step() throws IOException {
    Instant now = clock.instant();
    for (Pulls.Row each : pulls.asking()) {
      if (!now.isBefore(each.patience()) || isAnswered(each)) {
        pulls.waitNoMore(each.id());
      }
    }
    Optional<Pulls.Row> next = pulls.take(now);
    if (next.isEmpty()) {
      return false;
    }
    write(next.get());
    return true;
  }

  private boolean isAnswered(Pulls.Row row) {
    return row.commands().stream()
        .allMatch(
            id -> commands.states(id).stream().anyMatch(said -> ENDED.contains(said.state())));
  }

  private void write(Pulls.Row row) throws IOException {
    DurableFile.makePrivateFolder(data.resolve(FOLDER));
    Path part = file(row.id(), ".part.zip");
    Files.deleteIfExists(part); // of a process that ended in the middle
    try {
      LogState log =
          new Logs(database)
              .state(row.log())
              .orElseThrow(() -> new EvidenceException("HQ knows no workstation " + row.log()));
      Pull.Request request =
          new Pull.Request(
              row.by(),
              row.reason(),
              row.incident(),
              row.from().orElse(Instant.MIN),
              row.to().orElse(Instant.MAX));
      Pull.Result result =
          pull.write(
              log, request, part, clock.instant(), ZoneId.systemDefault(), new Said(row.id()));
      Files.move(part, file(row.id(), ".zip"), StandardCopyOption.REPLACE_EXISTING);
      long bytes = Files.size(file(row.id(), ".zip"));
      pulls.done(row.id(), result.records(), result.fingerprint(), bytes);
      LOG.info("pulled log={} records={} by={}", row.log(), result.records(), row.by());
    } catch (EvidenceException | IOException e) {
      Files.deleteIfExists(part);
      LOG.error("pull={} log={} could not be made", row.id(), row.log(), e);
      pulls.failed(row.id(), String.valueOf(e.getMessage()));
    }
  }

  /** Says how far it is, now and then. */
  private final class Said implements Pull.Progress {
    private final String id;
    private Instant last = Instant.EPOCH;
    private long all;

    private Said(String id) {
      this.id = id;
    }

    @Override
    public void read(long done, long all) {
      this.all = all;
      say(done, all);
    }

    @Override
    public void written(long done) {
      say(done, Math.max(all, done));
    }

    private void say(long done, long total) {
      Instant now = clock.instant();
      if (!now.isBefore(last.plus(SAY_EVERY))) {
        last = now;
        pulls.progress(id, done, total, now);
      }
    }
  }
}
