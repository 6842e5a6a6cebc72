package io.waybillguard.hq.store;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.transaction.DelegatingTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionHandler;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Transactions of this process one after the other, in the order in which they came, for a database
 * that has one write lock. SQLite itself lets who waits for that lock sleep and ask again, up to
 * 100 ms at a time and in no order: in a crowd the lock is idle most of the time, and some never
 * get it. Other processes still wait as SQLite has it.
 */
final class OneWriter extends DelegatingTransactionHandler {
  private final ReentrantLock turn;

  OneWriter(TransactionHandler each) {
    this(each, new ReentrantLock(true));
  }

  private OneWriter(TransactionHandler each, ReentrantLock turn) {
    super(each);
    this.turn = turn;
  }

  @Override
  public <R, X extends Exception> R inTransaction(Handle handle, HandleCallback<R, X> callback)
      throws X {
    turn.lock();
    try {
      return super.inTransaction(handle, callback);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public <R, X extends Exception> R inTransaction(
      Handle handle, TransactionIsolationLevel level, HandleCallback<R, X> callback) throws X {
    turn.lock();
    try {
      return super.inTransaction(handle, level, callback);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public TransactionHandler specialize(Handle handle) throws SQLException {
    return new OneWriter(getDelegate().specialize(handle), turn);
  }
}
