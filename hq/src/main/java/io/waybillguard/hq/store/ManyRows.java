package io.waybillguard.hq.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Rows for one statement, sent together. By plain JDBC: a segment brings thousands of rows, and
 * what a library looks up for each of their values took more time than the database did.
 */
final class ManyRows {
  private final String sql;
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  /** Rows of values for the question marks of {@code sql}. */
  ManyRows(String sql) {
    this.sql = sql;
  }

  /** The database did not take them. */
  private static final class NotTaken extends JdbiException {
    private static final long serialVersionUID = 1L;

    private NotTaken(String sql, SQLException cause) {
      super(cause.getMessage() + " [" + sql + "]", cause);
    }
  }

  /**
   * One row more.
   *
   * @param values texts, integers, and null for an integer that is not there
   */
  void add(@Nullable Object... values) {
    rows.add(values);
  }

  /** Sends them, if there are any. */
  void execute(Handle h) {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = h.getConnection().prepareStatement(sql)) {
      for (@Nullable Object[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          bind(statement, i + 1, row[i]);
        }
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw new NotTaken(sql, e);
    }
  }

  private static void bind(PreparedStatement statement, int place, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      statement.setNull(place, Types.BIGINT);
    } else if (value instanceof String text) {
      statement.setString(place, PlainText.plain(text));
    } else {
      statement.setLong(place, ((Number) value).longValue());
    }
  }
}
