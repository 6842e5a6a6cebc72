package io.waybillguard.agent.evidence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The statements that write, compiled once: each commit uses the same handful, and compiling them
 * takes longer than running them. Used by one thread.
 */
final class Statements implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> compiled = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  PreparedStatement of(String sql) throws SQLException {
    PreparedStatement known = compiled.get(sql);
    if (known == null) {
      known = connection.prepareStatement(sql);
      compiled.put(sql, known);
    }
    return known;
  }

  /** Lets go of all of them; {@link #of} compiles them anew. */
  @Override
  public void close() throws SQLException {
    SQLException failed = null;
    for (PreparedStatement each : compiled.values()) {
      try {
        each.close();
      } catch (SQLException e) {
        failed = failed == null ? e : failed;
      }
    }
    compiled.clear();
    if (failed != null) {
      throw failed;
    }
  }
}
