package io.waybillguard.agent.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The tables of a log, and the guards on them. A guard holds off our own bugs; an administrator can
 * drop it, and the tree shows what he does then.
 */
final class Schema {
  /** "WbGd": so that {@code file} and a careful reader can tell whose database it is. */
  static final int APPLICATION_ID = 0x57624764;

  static final int VERSION = 3;

  /** Name in {@code state} of the size below which leaves may go. */
  static final String PRUNE_BELOW = "prune_below";

  /** Name in {@code state} of the size of the newest head that HQ put its name to. */
  static final String PINNED = "pinned";

  /** Name in {@code state} of the size of the newest head of which HQ holds every leaf. */
  static final String WITNESSED = "witnessed";

  /** What stands in place of an erased salt; a real one is never zero. */
  static final String NO_SALT = "zeroblob(" + BodyPart.SALT_LENGTH + ")";

  // With rowids, although idx and part would do: only in such a table does an append at the end
  // move no row, and a moved row can leave a copy behind that erasing does not reach. See
  // docs/decisions/0004-erased-in-place.md.
  private static final String CREATE_BODY =
      "CREATE TABLE body(idx INTEGER NOT NULL, part INTEGER NOT NULL, salt BLOB NOT NULL, data BLOB NOT NULL,"
          + " form INTEGER NOT NULL DEFAULT "
          + Packing.PLAIN
          + ", PRIMARY KEY(idx,part)) STRICT";

  private static final List<String> NEW_IN_2 =
      List.of(
          "CREATE INDEX epoch_begin ON epoch_key(first_size)",
          // HQ's mirror cosignatures: size, and seconds since 1970 by HQ's clock.
          "CREATE TABLE witnessed(size INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT",
          "CREATE TABLE hold(case_no TEXT NOT NULL, from_idx INTEGER NOT NULL, to_idx INTEGER NOT NULL,"
              + " PRIMARY KEY(case_no,from_idx,to_idx)) STRICT, WITHOUT ROWID");

  private static final List<String> GUARDS =
      List.of(
          guard("leaf", "UPDATE", "1"),
          guard(
              "leaf",
              "DELETE",
              "OLD.idx >= " + number(PRUNE_BELOW),
              number(PRUNE_BELOW) + " > " + number(WITNESSED),
              "OLD.idx = (SELECT max(idx) FROM leaf)",
              "EXISTS(SELECT 1 FROM epoch_key WHERE first_size = OLD.idx + 1)",
              held("OLD.idx")),
          guard("node", "UPDATE", "1"),
          guard("node", "DELETE", "1"),
          guard(
              "body",
              "UPDATE",
              "NEW.idx <> OLD.idx",
              "NEW.part <> OLD.part",
              "NEW.form <> OLD.form",
              "NEW.salt <> " + NO_SALT,
              "NEW.data <> zeroblob(length(OLD.data))",
              held("OLD.idx")),
          guard("body", "DELETE", "OLD.salt <> " + NO_SALT),
          guard(
              "checkpoint",
              "DELETE",
              "EXISTS(SELECT 1 FROM epoch_key WHERE first_size = OLD.size)",
              "OLD.size = (SELECT max(size) FROM checkpoint)"));

  /** A new log. */
  static final List<String> FRESH = fresh();

  private static List<String> fresh() {
    List<String> steps = new ArrayList<>();
    steps.add(
        "CREATE TABLE leaf(idx INTEGER PRIMARY KEY, data BLOB NOT NULL CHECK(length(data)<=4096)) STRICT");
    steps.add(
        "CREATE TABLE node(id INTEGER PRIMARY KEY, h BLOB NOT NULL CHECK(length(h)=32)) STRICT");
    steps.add(CREATE_BODY);
    steps.add("CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT");
    steps.add(
        "CREATE TABLE epoch_key(epoch INTEGER PRIMARY KEY, first_size INTEGER NOT NULL, vkey TEXT NOT NULL) STRICT");
    steps.add(
        "CREATE TABLE search(type TEXT, wall INTEGER, idx INTEGER, PRIMARY KEY(type,wall,idx)) STRICT, WITHOUT ROWID");
    steps.add("CREATE TABLE state(k TEXT PRIMARY KEY, v BLOB) STRICT");
    steps.addAll(NEW_IN_2);
    steps.addAll(GUARDS);
    return List.copyOf(steps);
  }

  /**
   * From format 1, which kept bodies in a table without rowids and knew no holds. The bodies are
   * copied in the order in which they were written; the old rows are wiped as their pages go.
   */
  static final List<String> FROM_1 = from1();

  /** From format 2, in which all bodies lie as they were sealed. They stay so: no row is moved. */
  static final List<String> FROM_2 = from2();

  private Schema() {}

  private static List<String> from2() {
    return List.of(
        "DROP TRIGGER body_no_update",
        "ALTER TABLE body ADD COLUMN form INTEGER NOT NULL DEFAULT " + Packing.PLAIN,
        GUARDS.stream()
            .filter(guard -> guard.startsWith("CREATE TRIGGER body_no_update "))
            .findFirst()
            .orElseThrow());
  }

  private static List<String> from1() {
    List<String> steps = new ArrayList<>();
    for (String guard :
        List.of("leaf_no_update", "leaf_no_delete", "node_no_update", "node_no_delete")) {
      steps.add("DROP TRIGGER " + guard);
    }
    steps.add("ALTER TABLE body RENAME TO body_1");
    steps.add(CREATE_BODY);
    steps.add(
        "INSERT INTO body(idx, part, salt, data) SELECT idx, part, salt, data FROM body_1 ORDER BY idx, part");
    steps.add("DROP TABLE body_1");
    steps.addAll(NEW_IN_2);
    steps.addAll(GUARDS);
    return List.copyOf(steps);
  }

  /** Forbids an operation on a table where any of these is true. */
  private static String guard(String table, String verb, String... where) {
    return "CREATE TRIGGER "
        + table
        + "_no_"
        + verb.toLowerCase(Locale.ROOT)
        + " BEFORE "
        + verb
        + " ON "
        + table
        + " WHEN "
        + String.join(" OR ", where)
        + " BEGIN SELECT RAISE(ABORT, 'the log is append-only: this "
        + table
        + " may not go or change'); END";
  }

  private static String number(String key) {
    return "coalesce((SELECT CAST(CAST(v AS TEXT) AS INTEGER) FROM state WHERE k = '"
        + key
        + "'), 0)";
  }

  private static String held(String index) {
    return "EXISTS(SELECT 1 FROM hold WHERE from_idx <= " + index + " AND " + index + " < to_idx)";
  }
}
