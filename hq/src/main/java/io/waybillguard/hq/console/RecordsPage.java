package io.waybillguard.hq.console;

import java.util.List;

/**
 * Records of one log, as the address asks for them.
 *
 * @param log id of the log
 * @param table what is shown
 * @param kinds the types there are
 * @param kind the only type that is shown, or ""
 * @param again the address of this very table, where it begins with the newest record there is;
 *     else ""
 * @param older the address of the next part of a table in the log's own order, or ""
 */
public record RecordsPage(
    String log,
    Listing<RecordView> table,
    List<String> kinds,
    String kind,
    String again,
    String older) {
  public RecordsPage {
    kinds = List.copyOf(kinds);
  }
}
