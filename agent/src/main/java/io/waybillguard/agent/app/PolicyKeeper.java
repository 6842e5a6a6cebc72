package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.PolicyChanged;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.policy.Policy;
import io.waybillguard.agent.report.Policies;
import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whose rules this PC goes by. A new policy is on disk first, then in the log with the rules in the
 * same step of the pipeline; a crash between the two is made good at the next start. Owned by the
 * report thread once the agent runs; {@link #standing} is safe from any.
 */
final class PolicyKeeper implements Policies {
  private static final long WRITER_PATIENCE_SECONDS = 60;

  private final Path data;
  private final ConfigFile own;
  private final InstantSource clock;
  private final String problem;
  private Adoption adoption = (note, settings) -> CompletableFuture.completedFuture(0L);

  /** The highest version that this PC has ever gone by, as far as its log tells. */
  private long floor;

  private volatile Standing standing;

  /** Has the rules go by other settings, between two records. */
  @FunctionalInterface
  interface Adoption {
    /**
     * @param note says so in the log
     * @return done when the note is durable
     */
    CompletableFuture<Long> adopt(Event note, Config settings);
  }

  /**
   * What the rules go by.
   *
   * @param version of HQ's policy; 0 for the PC's own settings
   * @param sha256 hash of its document, or ""
   * @param title what people call it, or ""
   * @param settings all that are in force
   */
  record Standing(long version, String sha256, String title, ConfigFile settings) {
    Json.Obj json() {
      return Json.object()
          .put("version", version)
          .putUnlessEmpty("sha256", sha256)
          .putUnlessEmpty("title", title)
          .put("settings", settings.fingerprint().substring(0, 12));
    }
  }

  /**
   * @param data the agent's data folder
   * @param own this PC's own settings
   * @throws IOException if the folder cannot be read
   */
  PolicyKeeper(Path data, ConfigFile own, InstantSource clock) throws IOException {
    this.data = data;
    this.own = own;
    this.clock = clock;
    StoredPolicy.Found found = StoredPolicy.load(data);
    this.problem = found.problem();
    this.standing = standing(found.policy(), own);
    this.floor = standing.version();
  }

  /** What the rules of a PC with these settings go by. */
  static Standing standing(Optional<StoredPolicy> stored, ConfigFile own) {
    if (stored.isEmpty()) {
      return new Standing(0, "", "", own);
    }
    Policy policy = stored.get().policy();
    return new Standing(
        stored.get().version(), policy.sha256(), policy.file().title(), policy.file().over(own));
  }

  /** What the rules go by. Safe from any thread. */
  Standing standing() {
    return standing;
  }

  /** Set before the first command is heard. */
  void adoptWith(Adoption way) {
    adoption = way;
  }

  /**
   * What this run has to say first of its policy: that it is another than the log told of last.
   *
   * @param past the log as it was when this run began
   */
  Optional<Event> atStart(LogReader past) throws IOException {
    long version = 0;
    String sha256 = "";
    try {
      List<Entry> told = past.find("policy.change", Instant.EPOCH, Instant.MAX, -1);
      for (Entry each : told) {
        Json.Obj leaf = each.leaf().fields();
        version = leaf.number("version", 0);
        sha256 = leaf.text("policy", "");
        floor = Math.max(floor, version);
      }
    } catch (EvidenceException e) {
      throw new IOException("the log's records cannot be read: " + e.getMessage(), e);
    }
    Standing now = standing;
    if (version == now.version() && sha256.equals(now.sha256())) {
      return Optional.empty();
    }
    boolean lost = now.version() == 0;
    return Optional.of(
        new PolicyChanged(
            clock.instant(),
            version,
            now.version(),
            sha256,
            now.sha256(),
            now.title(),
            lost ? PolicyChanged.Cause.UNUSABLE : PolicyChanged.Cause.FOUND,
            lost ? (problem.isEmpty() ? StoredPolicy.file(data) + " is gone" : problem) : ""));
  }

  @Override
  public boolean areTaken() {
    return true;
  }

  @Override
  public void prepare(Command command, Command.Message message) throws IOException {
    check(command);
    StoredPolicy.prepare(data, command, message);
  }

  private void check(Command command) {
    long version = StoredPolicy.version(command);
    String sha256 = command.args().text("sha256", "");
    Standing now = standing;
    if (version < floor) {
      throw new IllegalArgumentException(
          "policy version " + version + " is older than " + floor + ", which this PC has had");
    }
    if (version == now.version() && !sha256.equals(now.sha256())) {
      throw new IllegalArgumentException(
          "policy version "
              + version
              + " has hash "
              + sha256
              + ", and the one of this number that is here has "
              + now.sha256());
    }
  }

  @Override
  public Optional<Command.Message> prepared(String id) throws IOException {
    return StoredPolicy.prepared(data, id);
  }

  @Override
  public boolean isInForce(Command command) {
    Standing now = standing;
    return command.args().number("version", 0) == now.version()
        && command.args().text("sha256", "").equals(now.sha256());
  }

  @Override
  public void apply(Command command, Command.Message message, byte[] document)
      throws IOException, InterruptedException {
    check(command);
    StoredPolicy stored = StoredPolicy.of(command, message, document);
    Standing next = standing(Optional.of(stored), own);
    var unused = Rules.all(next.settings().config(), ZoneOffset.UTC); // or it throws
    stored.keep(data);
    Standing before = standing;
    PolicyChanged note =
        new PolicyChanged(
            clock.instant(),
            before.version(),
            next.version(),
            before.sha256(),
            next.sha256(),
            next.title(),
            PolicyChanged.Cause.HQ,
            "");
    await(adoption.adopt(note, next.settings().config()));
    floor = next.version();
    standing = next;
  }

  private static void await(CompletableFuture<Long> adopted)
      throws IOException, InterruptedException {
    try {
      long unused = adopted.get(WRITER_PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the rules do not go by the new policy yet: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "the rules did not go by the new policy within " + WRITER_PATIENCE_SECONDS + " s", e);
    }
  }
}
