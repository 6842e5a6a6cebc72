package io.waybillguard.hq.store;

import io.waybillguard.hq.store.Relocation.Reason;
import io.waybillguard.hq.store.Relocation.Refused;
import io.waybillguard.hq.store.Relocation.Table;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All tables of an embedded database beside those of a server, within a transaction of each. */
final class Tables {
  private static final int ROWS_AT_ONCE = 1_000;

  /** What the migrations themselves put into a fresh database. */
  private static final String FRESH_SETTING = "last_arrival";

  private final Connection from;
  private final Connection to;
  private final String target;
  private final Map<String, List<String>> columns = new LinkedHashMap<>();

  /**
   * @param target what people call the server's database
   */
  Tables(Connection from, Connection to, String target) {
    this.from = from;
    this.to = to;
    this.target = target;
  }

  /**
   * Copies and compares.
   *
   * @param again whether everything was copied before, so that it is compared only
   */
  List<Table> all(boolean again, Consumer<String> at) throws Refused {
    List<Table> tables = new ArrayList<>();
    String current = "";
    try {
      for (String table : inOrder()) {
        columns.put(table, columns(table));
      }
      if (!again) {
        refuseUnlessEmpty();
      }
      for (String table : columns.keySet()) {
        current = table;
        at.accept(table);
        TableSum here = again ? sum(from, table) : copy(table);
        TableSum there = sum(to, table);
        if (here.rows() != there.rows() || !here.hex().equals(there.hex())) {
          throw new Refused(
              null,
              Reason.DIFFERENT,
              table,
              here.rows() + " " + here.hex(),
              there.rows() + " " + there.hex());
        }
        tables.add(new Table(table, here.rows(), here.hex()));
      }
    } catch (SQLException e) {
      throw new Refused(e, Reason.FAILED, current, words(e));
    }
    return tables;
  }

  /** What the database says; of a batch only the row's own fault, without the row. */
  private static String words(SQLException e) {
    SQLException own = e.getNextException() == null ? e : e.getNextException();
    return String.valueOf(own.getMessage()).lines().findFirst().orElse("");
  }

  private void refuseUnlessEmpty() throws SQLException, Refused {
    for (String table : columns.keySet()) {
      String but = table.equals("setting") ? " WHERE k <> '" + FRESH_SETTING + "'" : "";
      try (Statement ask = to.createStatement();
          ResultSet row = ask.executeQuery("SELECT count(*) FROM " + quoted(table) + but)) {
        if (row.next() && row.getLong(1) > 0) {
          throw new Refused(null, Reason.NOT_EMPTY, target, table, String.valueOf(row.getLong(1)));
        }
      }
    }
    try (Statement delete = to.createStatement()) {
      delete.executeUpdate("DELETE FROM setting");
    }
  }

  /** The tables, each after those that its rows refer to. */
  private Set<String> inOrder() throws SQLException {
    DatabaseMetaData facts = from.getMetaData();
    Map<String, Set<String>> needs = new LinkedHashMap<>();
    try (ResultSet rows = facts.getTables(null, null, "%", new String[] {"TABLE"})) {
      while (rows.next()) {
        String table = rows.getString("TABLE_NAME");
        if (!table.startsWith("flyway_") && !table.startsWith("sqlite_")) {
          needs.put(table, new LinkedHashSet<>());
        }
      }
    }
    for (Map.Entry<String, Set<String>> each : needs.entrySet()) {
      try (ResultSet keys = facts.getImportedKeys(null, null, each.getKey())) {
        while (keys.next()) {
          each.getValue().add(keys.getString("PKTABLE_NAME"));
        }
      }
      each.getValue().remove(each.getKey());
    }
    Set<String> order = new LinkedHashSet<>();
    while (order.size() < needs.size()) {
      int before = order.size();
      needs.forEach(
          (table, others) -> {
            if (order.containsAll(others)) {
              order.add(table);
            }
          });
      if (order.size() == before) {
        throw new SQLException("tables refer to each other in a circle: " + needs);
      }
    }
    return order;
  }

  private List<String> columns(String table) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet rows = from.getMetaData().getColumns(null, null, table, "%")) {
      while (rows.next()) {
        names.add(rows.getString("COLUMN_NAME"));
      }
    }
    return names;
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }

  private String select(String table) {
    return "SELECT "
        + columns.getOrDefault(table, List.of()).stream()
            .map(Tables::quoted)
            .collect(Collectors.joining(", "))
        + " FROM "
        + quoted(table);
  }

  private TableSum copy(String table) throws SQLException {
    List<String> names = columns.getOrDefault(table, List.of());
    String sql =
        "INSERT INTO "
            + quoted(table)
            + "("
            + names.stream().map(Tables::quoted).collect(Collectors.joining(", "))
            + ") OVERRIDING SYSTEM VALUE VALUES ("
            + Stream.generate(() -> "?").limit(names.size()).collect(Collectors.joining(", "))
            + ")";
    TableSum sum = new TableSum();
    try (Statement ask = from.createStatement();
        ResultSet rows = ask.executeQuery(select(table));
        PreparedStatement insert = to.prepareStatement(sql)) {
      int[] types = types(to, table);
      int waiting = 0;
      while (rows.next()) {
        List<@Nullable Object> row = row(rows, types);
        sum.add(row);
        for (int i = 0; i < types.length; i++) {
          insert.setObject(i + 1, row.get(i), types[i]);
        }
        insert.addBatch();
        waiting++;
        if (waiting == ROWS_AT_ONCE) {
          insert.executeBatch();
          waiting = 0;
        }
      }
      insert.executeBatch();
    }
    goOnCountingAfter(table);
    return sum;
  }

  /** Numbers that the server gives to new rows follow those that were brought. */
  private void goOnCountingAfter(String table) throws SQLException {
    for (String sequence : sequences(table)) {
      try (PreparedStatement move =
          to.prepareStatement(
              "SELECT setval(?::regclass, max(id)) FROM "
                  + quoted(table)
                  + " HAVING count(*) > 0")) {
        move.setString(1, sequence);
        move.execute();
      }
    }
  }

  /** What numbers a table's rows on the server, if anything does. */
  private List<String> sequences(String table) throws SQLException {
    if (!columns.getOrDefault(table, List.of()).contains("id")) {
      return List.of();
    }
    try (PreparedStatement ask = to.prepareStatement("SELECT pg_get_serial_sequence(?, 'id')")) {
      ask.setString(1, quoted(table));
      try (ResultSet row = ask.executeQuery()) {
        return row.next() && row.getString(1) != null ? List.of(row.getString(1)) : List.of();
      }
    }
  }

  private int[] types(Connection connection, String table) throws SQLException {
    try (PreparedStatement ask = connection.prepareStatement(select(table))) {
      int[] types = new int[columns.getOrDefault(table, List.of()).size()];
      for (int i = 0; i < types.length; i++) {
        types[i] = ask.getMetaData().getColumnType(i + 1);
      }
      return types;
    }
  }

  /** A row in the three kinds that both engines have. */
  private static List<@Nullable Object> row(ResultSet from, int[] types) throws SQLException {
    List<@Nullable Object> row = new ArrayList<>(types.length);
    for (int i = 0; i < types.length; i++) {
      Object value =
          switch (types[i]) {
            case Types.BIGINT -> from.getLong(i + 1);
            case Types.BINARY -> from.getBytes(i + 1);
            default -> text(from.getString(i + 1));
          };
      row.add(from.wasNull() ? null : value);
    }
    return row;
  }

  private static @Nullable String text(@Nullable String value) {
    return value == null ? null : PlainText.plain(value);
  }

  private TableSum sum(Connection connection, String table) throws SQLException {
    TableSum sum = new TableSum();
    int[] types = types(to, table);
    try (Statement ask = connection.createStatement()) {
      ask.setFetchSize(ROWS_AT_ONCE); // a cursor of the server's: a table may be larger than memory
      try (ResultSet rows = ask.executeQuery(select(table))) {
        while (rows.next()) {
          sum.add(row(rows, types));
        }
      }
    }
    return sum;
  }
}
