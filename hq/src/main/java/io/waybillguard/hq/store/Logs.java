package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.VerifierKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Heads, mirrors and keys of all logs. Nothing moves unless the log is still as the caller saw it
 * when it checked, so that two requests on one log never both advance from the same size. Safe for
 * use by several threads and processes.
 */
public final class Logs {
  /**
   * A step of the mirror: what one segment brings.
   *
   * @param to the new size and root
   * @param frontier right edge of the tree of that size
   * @param note its checkpoint, with HQ's cosignatures
   * @param head whether the head moves there too, because it was smaller
   * @param keys the keys known afterwards
   * @param file the segment's file
   * @param bytes its length
   * @param sha256 its hash, lower-case hex
   * @param records rows for the console
   * @param commands leaves that tell what became of HQ's commands
   */
  public record Step(
      Checkpoint to,
      Frontier frontier,
      SignedNote note,
      boolean head,
      KeyChain keys,
      String file,
      long bytes,
      String sha256,
      List<RecordRow> records,
      List<Leaf> commands) {
    public Step {
      records = List.copyOf(records);
      commands = List.copyOf(commands);
    }
  }

  private final Database database;

  /** The logs in a database. */
  public Logs(Database database) {
    this.database = database;
  }

  /** The workstation of a log. */
  public Optional<Workstation> workstation(String log) {
    return database.jdbi().withHandle(h -> find(h, log));
  }

  /** The workstation of a log by its origin. */
  public Optional<Workstation> byOrigin(String origin) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM workstation WHERE origin = ?", origin)
                    .map((row, ctx) -> Workstation.read(row))
                    .findOne());
  }

  static Optional<Workstation> find(Handle h, String log) {
    return h.select("SELECT * FROM workstation WHERE log = ?", log)
        .map((row, ctx) -> Workstation.read(row))
        .findOne();
  }

  static String firstKey(Handle h, String log) {
    return h.select("SELECT vkey FROM epoch_key WHERE log = ? AND epoch = 0", log)
        .mapTo(String.class)
        .one();
  }

  /**
   * What HQ holds of a log. Its parts may be of moments that lie a little apart; that is found out
   * when something is to be moved on the strength of it.
   *
   * @throws IllegalStateException if the database holds what no version of this program wrote
   */
  public Optional<LogState> state(String log) {
    return database.jdbi().withHandle(h -> find(h, log).map(w -> state(h, w)));
  }

  private static LogState state(Handle h, Workstation workstation) {
    String log = workstation.log();
    Checkpoint none = new Checkpoint(workstation.origin(), 0, Merkle.empty());
    Optional<Stored> head = stored(h, "SELECT size, root, note FROM head WHERE log = ?", log);
    Optional<Stored> mirror =
        stored(h, "SELECT size, root, note, frontier FROM mirror WHERE log = ?", log);
    try {
      List<KeyChain.Epoch> epochs = new ArrayList<>();
      List<Checkpoint> closings = new ArrayList<>();
      for (KeyRow key : keys(h, log)) {
        epochs.add(new KeyChain.Epoch(key.epoch, key.firstSize, VerifierKey.parse(key.vkey)));
        if (!key.closing.isEmpty()) {
          closings.add(Checkpoint.parse(SignedNote.parse(key.closing).text()));
        }
      }
      return new LogState(
          workstation,
          KeyChain.of(epochs),
          closings,
          head.isEmpty() ? none : head.get().checkpoint(workstation.origin()),
          mirror.isEmpty() ? none : mirror.get().checkpoint(workstation.origin()),
          mirror.isEmpty()
              ? new Frontier()
              : Frontier.decode(mirror.get().size, mirror.get().frontier),
          head.isEmpty() ? Optional.empty() : Optional.of(SignedNote.parse(head.get().note)),
          mirror.isEmpty() ? Optional.empty() : Optional.of(SignedNote.parse(mirror.get().note)));
    } catch (EvidenceException e) {
      throw new IllegalStateException(
          "HQ's database is damaged at log " + log + ": " + e.getMessage(), e);
    }
  }

  private record KeyRow(long epoch, long firstSize, String vkey, String closing) {}

  private static List<KeyRow> keys(Handle h, String log) {
    return h.select("SELECT * FROM epoch_key WHERE log = ? ORDER BY epoch", log)
        .map(
            (row, ctx) ->
                new KeyRow(
                    row.getLong("epoch"),
                    row.getLong("first_size"),
                    row.getString("vkey"),
                    row.getString("closing") == null ? "" : row.getString("closing")))
        .list();
  }

  private static final class Stored {
    private final long size;
    private final byte[] root;
    private final String note;
    private final byte[] frontier;

    private Stored(ResultSet row) throws SQLException {
      this.size = row.getLong("size");
      this.root = row.getBytes("root");
      this.note = row.getString("note");
      this.frontier =
          row.getMetaData().getColumnCount() > 3 ? row.getBytes("frontier") : new byte[0];
    }

    private Checkpoint checkpoint(String origin) throws EvidenceException {
      return new Checkpoint(origin, size, Hash.of(root));
    }
  }

  private static Optional<Stored> stored(Handle h, String sql, String log) {
    return h.select(sql, log).map((row, ctx) -> new Stored(row)).findOne();
  }

  /**
   * Moves the head.
   *
   * @return false if the log is no longer as it was seen; nothing was changed then
   */
  public boolean advanceHead(LogState seen, Checkpoint to, SignedNote note, Instant now) {
    return whileUnchanged(
        seen,
        (h, log) -> {
          putHead(h, log, to, note, now);
          reported(h, log, now);
        });
  }

  /**
   * Moves the mirror, with everything that the segment brings.
   *
   * @return false if the log is no longer as it was seen; nothing was changed then
   */
  public boolean advanceMirror(LogState seen, Step step, Instant now) {
    return whileUnchanged(
        seen,
        (h, log) -> {
          long segment = putSegment(h, log, seen.mirror().size(), step, now);
          putMirror(h, log, step, now);
          if (step.head()) {
            putHead(h, log, step.to(), step.note(), now);
          }
          putKeys(h, log, step.keys());
          Records.put(h, log, segment, step.records());
          step.commands().forEach(leaf -> Commands.heard(h, log, leaf, now));
          reported(h, log, now);
        });
  }

  /**
   * Keeps a key that was proved by the checkpoint which closed the epoch before.
   *
   * @return false if the log is no longer as it was seen; nothing was changed then
   */
  public boolean learn(LogState seen, KeyChain keys, SignedNote closing) {
    return whileUnchanged(
        seen,
        (h, log) -> {
          putKeys(h, log, keys);
          h.execute(
              "UPDATE epoch_key SET closing = ? WHERE log = ? AND epoch = ?",
              closing.toString(),
              log,
              keys.last().number());
        });
  }

  @FunctionalInterface
  private interface Change {
    void make(Handle h, String log);
  }

  private boolean whileUnchanged(LogState seen, Change change) {
    String log = seen.workstation().log();
    return database
        .jdbi()
        .inTransaction(
            h -> {
              keep(h, log);
              long epoch =
                  h.select("SELECT max(epoch) FROM epoch_key WHERE log = ?", log)
                      .mapTo(Long.class)
                      .one();
              boolean same =
                  size(h, "head", log) == seen.head().size()
                      && size(h, "mirror", log) == seen.mirror().size()
                      && epoch == seen.keys().last().number();
              if (same) {
                change.make(h, log);
              }
              return same;
            });
  }

  /**
   * Holds a log as it is until the transaction ends. Whoever moves a head, a mirror or a key comes
   * through here first, in whichever process.
   */
  private void keep(Handle h, String log) {
    h.select("SELECT log FROM workstation WHERE log = ?" + database.engine().keepingRow(), log)
        .mapTo(String.class)
        .one();
  }

  /** Notes that a log has two histories, and keeps both checkpoints: the refused and HQ's own. */
  public void forked(String log, Alarms.Kind kind, String detail, SignedNote note, Instant now) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              h.execute(
                  "UPDATE workstation SET forked = coalesce(forked, ?) WHERE log = ?",
                  now.toEpochMilli(),
                  log);
              // The same refusal again proves nothing new; an agent in a loop would fill the disk.
              boolean told =
                  h.select(
                              "SELECT count(*) FROM alarm WHERE log = ? AND kind = ? AND note = ?",
                              log,
                              kind.word(),
                              note.toString())
                          .mapTo(Long.class)
                          .one()
                      > 0;
              if (!told) {
                String held =
                    stored(h, "SELECT size, root, note FROM head WHERE log = ?", log)
                        .map(s -> s.note)
                        .orElse("");
                Alarms.raise(h, Optional.of(log), kind, detail, note.toString(), held, now);
              }
            });
  }

  private static long size(Handle h, String table, String log) {
    return h.select("SELECT size FROM " + table + " WHERE log = ?", log)
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  private static void putHead(Handle h, String log, Checkpoint to, SignedNote note, Instant now) {
    h.execute(
        "INSERT INTO head(log, size, root, note, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT(log) DO"
            + " UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note,"
            + " at = excluded.at",
        log,
        to.size(),
        to.root().bytes(),
        note.toString(),
        now.toEpochMilli());
  }

  private static long putSegment(Handle h, String log, long first, Step step, Instant now) {
    return h.createUpdate(
            "INSERT INTO segment(log, first, next, file, bytes, sha256, note, received)"
                + " VALUES (:log, :first, :next, :file, :bytes, :sha256, :note, :received)")
        .bind("log", log)
        .bind("first", first)
        .bind("next", step.to().size())
        .bind("file", step.file())
        .bind("bytes", step.bytes())
        .bind("sha256", step.sha256())
        .bind("note", step.note().toString())
        .bind("received", now.toEpochMilli())
        .executeAndReturnGeneratedKeys("id")
        .mapTo(Long.class)
        .one();
  }

  private static void putMirror(Handle h, String log, Step step, Instant now) {
    h.execute(
        "INSERT INTO mirror(log, size, root, frontier, note, at) VALUES (?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT(log) DO UPDATE SET size = excluded.size, root = excluded.root,"
            + " frontier = excluded.frontier, note = excluded.note, at = excluded.at",
        log,
        step.to().size(),
        step.to().root().bytes(),
        step.frontier().encode(),
        step.note().toString(),
        now.toEpochMilli());
  }

  private static void putKeys(Handle h, String log, KeyChain keys) {
    for (KeyChain.Epoch epoch : keys.epochs()) {
      h.execute(
          "INSERT INTO epoch_key(log, epoch, first_size, vkey) VALUES (?, ?, ?, ?)"
              + " ON CONFLICT(log, epoch) DO NOTHING",
          log,
          epoch.number(),
          epoch.firstSize(),
          epoch.key().toString());
    }
  }

  private static void reported(Handle h, String log, Instant now) {
    h.execute(
        "UPDATE workstation SET last_seen = ?, last_report = ? WHERE log = ?",
        now.toEpochMilli(),
        now.toEpochMilli(),
        log);
  }
}
