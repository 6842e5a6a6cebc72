package io.waybillguard.hq.store;

import com.zaxxer.hikari.HikariConfig;
import io.waybillguard.hq.store.DatabaseUnusable.Reason;
import java.io.Closeable;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionHandler;

/** A kind of database: where it differs from the others. Everything else is one SQL for all. */
interface Engine {
  /** What people call this very database. */
  String name();

  /** Connections to it: how, how many and with which promises. */
  HikariConfig connections();

  /** Folder of migrations below this package. */
  String migrations();

  /** Asks whether Flyway's table is there: a row, or none. */
  String hasTables();

  /**
   * Ends a query of one row that is to stay as it was read until the transaction ends.
   *
   * <p>SQLite needs none: its transactions begin with the only write lock there is.
   */
  String keepingRow();

  /** How this process's transactions are run, given how one is. */
  TransactionHandler transactions(TransactionHandler each);

  /**
   * Refuses a database that cannot keep HQ's promises.
   *
   * @throws DatabaseUnusable with the version or the setting that is wrong
   */
  void check(Handle h) throws DatabaseUnusable;

  /** What a failure means to a person. */
  Reason reason(SQLException e);

  /**
   * Waits until no other process starts on this database, and lets none start until closed or until
   * this process ends.
   */
  Closeable startAlone(Database database);
}
