package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes down what is said, by whatever door, and answers when it is durable. Safe from any thread.
 */
public final class Hearing {
  private static final Logger LOG = LoggerFactory.getLogger(Hearing.class);
  private static final int DURABLE_WITHIN_S = 10;

  /** What is answered when it was understood and the log has not taken it yet. */
  static final String NOT_RECORDED = "not_recorded";

  private final Roster roster;
  private final Function<Event, CompletableFuture<Long>> record;
  private final InstantSource clock;
  private final Undoing undoing;
  private final String version;

  /**
   * @param record writes an event into the log; done when it is durable, with its place
   */
  public Hearing(
      Roster roster, Function<Event, CompletableFuture<Long>> record, InstantSource clock) {
    this(roster, record, clock, "", (said, by) -> refused("no_key"));
  }

  /**
   * @param record writes an event into the log; done when it is durable, with its place
   * @param version of this agent
   * @param undoing undoes disposals, and knows the administrator's key; without it, nobody may
   */
  public Hearing(
      Roster roster,
      Function<Event, CompletableFuture<Long>> record,
      InstantSource clock,
      String version,
      Undoing undoing) {
    this.undoing = undoing;
    this.version = version;
    this.roster = roster;
    this.record = record;
    this.clock = clock;
  }

  /** Who undoes disposals by an administrator's word. */
  @FunctionalInterface
  public interface Undoing {
    /**
     * Undoes it, and waits until the outcome is durable.
     *
     * @param by the account that said so, or "" when it cannot be told
     * @return {@code ok}, then {@code outcome} and {@code detail}, or {@code why}
     */
    Json.Obj undo(Saying.Undo said, String by) throws InterruptedException;

    /**
     * Whether a key is the one that only this PC's administrator can read.
     *
     * @throws IOException if that cannot be told
     */
    default boolean isAdministrators(String key) throws IOException {
      return false;
    }
  }

  /**
   * Writes it down.
   *
   * @param by the account that said so, or "" when it cannot be told
   * @return {@code ok}, then {@code operator}, {@code changed} and {@code seq}, or {@code why}
   */
  Json.Obj hear(Saying said, String by, How how) throws InterruptedException {
    if (said instanceof Saying.Undo undo) {
      return undoing.undo(undo, by);
    }
    if (said instanceof Saying.RemovalRefused attempt) {
      return attempted(attempt);
    }
    List<? extends Event> seen = roster.hear(said, by, how, clock.instant());
    return written(seen);
  }

  private Json.Obj attempted(Saying.RemovalRefused attempt) throws InterruptedException {
    try {
      if (!undoing.isAdministrators(attempt.key())) {
        return refused("no_key");
      }
    } catch (IOException e) {
      LOG.error("whose key it is cannot be told", e);
      return refused("no_key");
    }
    return written(
        List.of(
            new AgentInstalled(
                clock.instant(),
                version,
                AgentInstalled.Act.REMOVAL_REFUSED,
                version,
                version,
                attempt.why())));
  }

  private Json.Obj written(List<? extends Event> seen) throws InterruptedException {
    long last = -1;
    try {
      for (Event each : seen) {
        last = record.apply(each).get(DURABLE_WITHIN_S, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.error("what was said is not in the log yet", e);
      return refused(NOT_RECORDED).put("operator", roster.operator());
    }
    Json.Obj reply = Json.object().put("ok", true).put("operator", roster.operator());
    return last < 0 ? reply.put("changed", false) : reply.put("changed", true).put("seq", last);
  }

  /** Who has the desk now, or "" for nobody. */
  String operator() {
    return roster.operator();
  }

  static Json.Obj refused(String why) {
    return Json.object().put("ok", false).put("why", why);
  }
}
