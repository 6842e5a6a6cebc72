package io.waybillguard.hq.policies;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.policy.Policy;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FleetRows;
import io.waybillguard.hq.store.PolicyRows;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Publishes policies, and tells how they stand; the console and the commands beside it do the same
 * here. A desk is meant to go by the newest version that is for it. Safe for use by several threads
 * and processes.
 */
public final class Policies {
  private static final String TYPE = "policy";
  private static final int MOST_VERSIONS = 200;

  /** A desk that is away longer is told once more: {@link #prolong}. */
  private static final Duration TOLD_FOR = Duration.ofDays(170);

  private static final Duration PROLONG_BEFORE = Duration.ofDays(60);

  private static final Set<String> AGAINST =
      Set.of("refused", "failed", "unsupported", "expired", "interrupted");

  private final Database database;
  private final Records records;
  private final SigningKey key;
  private final PolicyRows rows;

  /**
   * @param segments where the records lie that tell what desks run
   * @param key HQ's command key
   */
  public Policies(Database database, SegmentStore segments, SigningKey key) {
    this.database = database;
    this.records = new Records(database, segments);
    this.key = key;
    this.rows = new PolicyRows(database);
  }

  /**
   * Which desks.
   *
   * @param outlets codes; empty for all
   * @param percent of their desks, 1 to 100
   */
  public record Scope(List<String> outlets, int percent) {
    /** Every desk. */
    public static final Scope ALL = new Scope(List.of(), Stage.ALL);

    public Scope {
      outlets = List.copyOf(outlets);
    }

    void check() throws PolicyRefused {
      for (String outlet : outlets) {
        if (!outlet.matches("[\\p{L}\\p{N}._-]{1,64}")) {
          throw new PolicyRefused(PolicyRefused.Reason.OUTLET, outlet);
        }
      }
      if (percent < 1 || percent > Stage.ALL) {
        throw new PolicyRefused(PolicyRefused.Reason.PERCENT, String.valueOf(percent));
      }
    }
  }

  /**
   * What is about to be told to desks.
   *
   * @param row the version
   * @param command signed
   */
  public record Draft(PolicyRows.Row row, Commands.Row command) {
    /** For HQ's own log. */
    public String said() {
      return String.join(
          " · ",
          TYPE,
          "version " + row.version(),
          row.title().isEmpty() ? row.sha256().substring(0, 12) : row.title(),
          row.outlets().isEmpty() ? "all outlets" : String.join(",", row.outlets()),
          row.percent() + " %");
    }
  }

  /**
   * A new version as it would be published; nothing is kept yet.
   *
   * @param source as a person wrote it
   * @throws PolicyRefused if it is too large, or the scope is none
   */
  public Draft draft(PolicyFile file, String source, Scope scope, String by, Instant now)
      throws PolicyRefused {
    scope.check();
    Policy policy = Policy.of(file);
    if (policy.isTooLarge()) {
      throw new PolicyRefused(PolicyRefused.Reason.TOO_LARGE, policy.document().length + " bytes");
    }
    return draft(
        policy.sha256(),
        file.title(),
        new String(policy.document(), StandardCharsets.UTF_8),
        source,
        scope,
        Commands.freshId(),
        0,
        by,
        now);
  }

  private Draft draft(
      String sha256,
      String title,
      String document,
      String source,
      Scope scope,
      String stage,
      long again,
      String by,
      Instant now) {
    long version = newestVersion() + 1;
    PolicyRows.Row row =
        new PolicyRows.Row(
            version,
            sha256,
            title,
            document,
            source,
            scope.outlets(),
            scope.percent(),
            stage,
            again,
            by,
            Instant.ofEpochMilli(now.toEpochMilli()));
    return new Draft(row, command(row, scope.percent(), by, now));
  }

  private Commands.Row command(PolicyRows.Row row, int percent, String by, Instant now) {
    Json.Obj args =
        new Stage(row.outlets(), percent, row.stage())
            .into(Json.object().put("version", row.version()).put("sha256", row.sha256()));
    return Orders.signed(
        Commands.Row.asked(
            Commands.freshId(),
            row.outlets().size() == 1 ? "outlet/" + row.outlets().get(0) : "*",
            TYPE,
            args,
            by,
            row.title(),
            now,
            TOLD_FOR),
        key);
  }

  /**
   * Publishes a new version: from now on desks are told of it.
   *
   * @throws PolicyRefused if somebody else published meanwhile
   */
  public void publish(Draft draft) throws PolicyRefused {
    if (!rows.add(draft.row(), draft.command())) {
      throw new PolicyRefused(
          PolicyRefused.Reason.RACED, "version " + draft.row().version() + " is there");
    }
  }

  /**
   * The document of an earlier version as a new one; nothing is kept yet. It is for whom the
   * versions since were for, and where these differ, for all.
   *
   * @param version 0 for no policy: each desk's own settings
   * @throws PolicyRefused if there is no such version, or none after it
   */
  public Draft rollback(long version, String by, Instant now) throws PolicyRefused {
    List<PolicyRows.Row> since =
        rows.newest(MOST_VERSIONS).stream().filter(r -> r.version() > version).toList();
    if (since.isEmpty()) {
      throw new PolicyRefused(PolicyRefused.Reason.UNKNOWN, "no version after " + version);
    }
    PolicyRows.Row first = since.get(0);
    boolean alike =
        since.stream()
            .allMatch(r -> r.outlets().equals(first.outlets()) && (first.percent() == r.percent()));
    boolean sameDesks = alike && (first.percent() == Stage.ALL || since.size() == 1);
    Scope scope = sameDesks ? new Scope(first.outlets(), first.percent()) : Scope.ALL;
    String stage = sameDesks ? first.stage() : Commands.freshId();
    if (version == 0) {
      String document = new String(Policy.NONE.document(), StandardCharsets.UTF_8);
      return draft(Policy.NONE.sha256(), "", document, "", scope, stage, 0, by, now);
    }
    PolicyRows.Row to = known(version);
    return draft(
        to.sha256(), to.title(), to.document(), to.source(), scope, stage, version, by, now);
  }

  /**
   * A version for more desks, or once more for the same; nothing is kept yet.
   *
   * @throws PolicyRefused if there is no such version, or it is for more already
   */
  public Draft widening(long version, int percent, String by, Instant now) throws PolicyRefused {
    PolicyRows.Row row = known(version);
    if (percent < row.percent() || percent > Stage.ALL) {
      throw new PolicyRefused(PolicyRefused.Reason.PERCENT, percent + " after " + row.percent());
    }
    PolicyRows.Row wider =
        new PolicyRows.Row(
            row.version(),
            row.sha256(),
            row.title(),
            row.document(),
            row.source(),
            row.outlets(),
            percent,
            row.stage(),
            row.again(),
            row.by(),
            row.at());
    return new Draft(wider, command(wider, percent, by, now));
  }

  /** Tells desks of a version once more, and more of them. */
  public void widen(Draft draft) {
    rows.tell(draft.row().version(), draft.row().percent(), draft.command());
  }

  /**
   * Prolongs what is about to end of versions that some desk is still meant to go by, so that one
   * that was away for half a year, and one that is enrolled then, is told of the newest.
   *
   * @return how many
   */
  public int prolong(Instant now) {
    int prolonged = 0;
    for (PolicyRows.Row row : rows.newest(MOST_VERSIONS)) {
      boolean ends =
          rows.toldUntil(row.version()).filter(t -> t.isAfter(now.plus(PROLONG_BEFORE))).isEmpty();
      if (ends) {
        rows.tell(row.version(), row.percent(), command(row, row.percent(), row.by(), now));
        prolonged++;
      }
      if (row.isForAll()) {
        break; // nobody is meant to go by one before it
      }
    }
    return prolonged;
  }

  private PolicyRows.Row known(long version) throws PolicyRefused {
    return rows.find(version)
        .orElseThrow(
            () -> new PolicyRefused(PolicyRefused.Reason.UNKNOWN, String.valueOf(version)));
  }

  /** The newest version there is; 0 when none was published. */
  public long newestVersion() {
    return rows.newest(1).stream().mapToLong(PolicyRows.Row::version).findFirst().orElse(0);
  }

  /**
   * What a version says; of 0, that each desk goes by its own settings.
   *
   * @throws PolicyRefused if there is no such version
   */
  public PolicyFile file(long version) throws PolicyRefused {
    if (version == 0) {
      return PolicyFile.NONE;
    }
    try {
      byte[] document = known(version).document().getBytes(StandardCharsets.UTF_8);
      return Policy.read(document, "policy " + version).file();
    } catch (ConfigException e) {
      throw new IllegalStateException(
          "policy " + version + " was published by a newer HQ, or is damaged", e);
    }
  }

  /** The version that a desk is meant to go by; 0 for its own settings. */
  public long meantFor(Workstation desk) {
    return meantFor(desk, rows.newest(MOST_VERSIONS));
  }

  private static long meantFor(Workstation desk, List<PolicyRows.Row> newestFirst) {
    return newestFirst.stream()
        .filter(row -> row.meant().holds(desk.origin(), desk.outlet()))
        .mapToLong(PolicyRows.Row::version)
        .findFirst()
        .orElse(0);
  }

  /** The version that a desk last said it goes by; 0 for its own settings. */
  public long runningOn(Workstation desk) {
    return rows.running(desk.log());
  }

  /** One version as it stands, with the words of those who refused it. */
  public Optional<PolicyStanding> find(long version) throws IOException {
    List<PolicyStanding> all = standings(version);
    return all.stream().filter(s -> s.row().version() == version).findFirst();
  }

  /** All versions as they stand, newest first. */
  public List<PolicyStanding> all() throws IOException {
    return standings(-1);
  }

  /**
   * @param whole of this version, the reasons of those who refused it are read as well
   */
  private List<PolicyStanding> standings(long whole) throws IOException {
    List<PolicyRows.Row> versions = rows.newest(MOST_VERSIONS);
    Map<String, Long> running = rows.running();
    Map<Long, List<Workstation>> meant = new HashMap<>();
    Map<Long, Integer> runs = new HashMap<>();
    for (FleetRows.Row each : new FleetRows(database).all()) {
      Workstation desk = each.workstation();
      if (desk.continuedBy().isPresent() || desk.revoked().isPresent()) {
        continue;
      }
      meant.computeIfAbsent(meantFor(desk, versions), v -> new ArrayList<>()).add(desk);
      runs.merge(running.getOrDefault(desk.log(), 0L), 1, Integer::sum);
    }
    List<PolicyStanding> standings = new ArrayList<>();
    for (PolicyRows.Row row : versions) {
      List<Workstation> desks = meant.getOrDefault(row.version(), List.of());
      Map<String, Commands.State> states = states(row.version());
      List<Workstation> behind = new ArrayList<>();
      List<PolicyStanding.Against> refused = new ArrayList<>();
      for (Workstation desk : desks) {
        Commands.State said = states.get(desk.log());
        if (running.getOrDefault(desk.log(), 0L) == row.version()) {
          continue;
        }
        if (said != null && AGAINST.contains(said.state())) {
          String why = row.version() == whole ? why(said) : "";
          refused.add(new PolicyStanding.Against(desk, said.state(), said.seq(), why));
        } else {
          behind.add(desk);
        }
      }
      standings.add(
          new PolicyStanding(
              row, runs.getOrDefault(row.version(), 0), desks.size(), behind, refused));
    }
    return standings;
  }

  /** What desks said of a version last. */
  private Map<String, Commands.State> states(long version) {
    Map<String, Commands.State> last = new HashMap<>();
    for (String command : rows.commands(version)) {
      for (Commands.State state : new Commands(database).states(command)) {
        last.merge(state.log(), state, (a, b) -> a.seq() >= b.seq() ? a : b);
      }
    }
    return last;
  }

  private String why(Commands.State said) throws IOException {
    Optional<Records.Held> held = records.find(said.log(), said.seq());
    Optional<byte[]> body = held.flatMap(Records.Held::body);
    if (body.isEmpty()) {
      return "";
    }
    try {
      return Json.parse(body.get()).text("status_detail", "");
    } catch (JsonException e) {
      return ""; // whoever opens the record sees it as it is
    }
  }
}
