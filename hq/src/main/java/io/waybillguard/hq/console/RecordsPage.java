package io.waybillguard.hq.console;

import java.util.List;

/**
 * A page of records, newest first.
 *
 * @param log id of the log
 * @param records what is shown
 * @param kinds the types there are
 * @param kind the only type that is shown, or ""
 * @param newest whether it begins with the newest record there is
 * @param older where the next page begins, or -1 when there is none
 */
public record RecordsPage(
    String log,
    List<RecordView> records,
    List<String> kinds,
    String kind,
    boolean newest,
    long older) {
  public RecordsPage {
    records = List.copyOf(records);
    kinds = List.copyOf(kinds);
  }

  /** The address of this very page's table, for asking again. */
  public String address() {
    return "/workstations/" + log + "/records" + (kind.isEmpty() ? "" : "?kind=" + kind);
  }

  /** The address of the next page. */
  public String olderAddress() {
    return "/workstations/" + log + "?before=" + older + (kind.isEmpty() ? "" : "&kind=" + kind);
  }
}
