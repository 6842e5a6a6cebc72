package io.waybillguard.hq.console;

import io.waybillguard.hq.store.Records;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tables of records: those of one log, and those that a search finds. In their own order, newest
 * first, they go back as far as there are records, part by part; another order is one of the
 * newest, since each has to be read for it.
 */
final class RecordTables {
  /** Rows of a part. */
  static final int A_PAGE = 50;

  /** So many are read to be put into another order. */
  static final int SORTED = 500;

  /** Rows of a file, each of which is read. */
  static final int IN_A_FILE = 10_000;

  private static final Sheet<RecordView> OF_A_LOG =
      Sheet.<RecordView>named("records")
          .time("time", "column.time", record -> Optional.of(record.at()))
          .text("what", "column.kind", (record, reader) -> record.kind())
          .text("sentence", "column.sentence", (record, reader) -> record.sentence())
          .number("seq", "column.seq", RecordView::seq)
          .text("", "column.proof", (record, reader) -> reader.say("proof.witnessed"))
          .besides("column.severity", RecordTables::severity)
          .besides("record.type", (record, reader) -> record.type());

  private RecordTables() {}

  private static String severity(RecordView record, Reader reader) {
    return reader.say("severity." + record.severity());
  }

  static Sheet<RecordView> ofALog() {
    return OF_A_LOG;
  }

  /**
   * What a search finds.
   *
   * @param names of workstations, by their logs
   */
  static Sheet<RecordView> found(Map<String, String> names) {
    return Sheet.<RecordView>named("search")
        .time("time", "column.time", record -> Optional.of(record.at()))
        .text(
            "desk",
            "column.workstation",
            (record, reader) -> names.getOrDefault(record.log(), record.log()))
        .text("what", "column.kind", (record, reader) -> record.kind())
        .rank("weight", "column.severity", RecordTables::severity, RecordView::weight)
        .text("sentence", "column.sentence", (record, reader) -> record.sentence())
        .besides("column.id", (record, reader) -> record.log())
        .besides("column.seq", (record, reader) -> String.valueOf(record.seq()));
  }

  /** Looks up records, newest first. */
  @FunctionalInterface
  interface Source {
    List<Records.Held> newest(int limit) throws IOException;
  }

  /**
   * A part of a table.
   *
   * @param last where the next part goes on; empty where there is none
   */
  record Part(Listing<RecordView> table, Optional<RecordView> last) {}

  /**
   * A part of records in their own order, or of the newest in another one.
   *
   * @param source from where the part begins
   */
  static Part part(Sheet<RecordView> sheet, Reader reader, Wanted wanted, Source source)
      throws IOException {
    if (!wanted.sort().isEmpty()) {
      List<RecordView> newest = views(source.newest(SORTED + 1), reader);
      return new Part(sheet.list(reader, wanted, newest, A_PAGE, SORTED), Optional.empty());
    }
    List<RecordView> found = views(source.newest(A_PAGE + 1), reader);
    List<RecordView> shown = found.subList(0, Math.min(A_PAGE, found.size()));
    Pager all = new Pager(1, A_PAGE, shown.size());
    return new Part(
        sheet.listing(reader, wanted, shown, all, 0),
        found.size() > A_PAGE ? Optional.of(found.get(A_PAGE - 1)) : Optional.empty());
  }

  static List<RecordView> views(List<Records.Held> held, Reader reader) {
    return held.stream().map(each -> RecordView.of(each.log(), each, reader)).toList();
  }
}
