package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.Users;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What people at HQ did, newest first, for administrators. */
final class ActPages {
  private static final Sheet<ActRows.Row> SHEET =
      Sheet.<ActRows.Row>named("acts")
          .time("time", "column.time", act -> Optional.of(act.at()))
          .text("doer", "acts.who", (act, reader) -> act.who())
          .text("deed", "acts.deed", (act, reader) -> reader.say("deed." + act.deed()))
          .text("about", "acts.about", (act, reader) -> act.about())
          .besides("acts.detail", (act, reader) -> act.detail())
          .text("place", "acts.place", (act, reader) -> act.place())
          .text("record", "acts.record", (act, reader) -> act.log() + "/" + act.seq());

  private final Frame frame;
  private final ActRows rows;
  private final Acts acts;

  ActPages(Frame frame, ActRows rows, Acts acts) {
    this.frame = frame;
    this.rows = rows;
    this.acts = acts;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/acts");
    Reader reader = frame.reader(request);
    ActsPage page = page(request);
    frame.render(
        request,
        "acts.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("acts.title"), session, request),
            "page",
            page,
            "acts",
            SHEET.list(
                reader,
                wanted(request).in("/acts.csv", Route.ACTS_CSV.isFor(session.role())),
                found(page, reader, Sheet.MOST),
                Sheet.MOST),
            "people",
            rows.people(),
            "log",
            acts.logId(),
            "firstKey",
            acts.keys().epochs().get(0).key().toString()));
  }

  private ActsPage page(Context request) {
    return new ActsPage(
        frame.param(request, "who"), frame.param(request, "from"), frame.param(request, "to"));
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/acts", key -> frame.param(request, key), List.of("who", "from", "to"));
  }

  private List<ActRows.Row> found(ActsPage page, Reader reader, int most) {
    return rows.newest(
        page.who(),
        reader.day(page.from()).orElse(Instant.EPOCH),
        reader.dayAfter(page.to()).orElse(Instant.ofEpochMilli(Long.MAX_VALUE)),
        most + 1);
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    ActsPage page = page(request);
    Reader reader = frame.reader(request);
    List<ActRows.Row> found = found(page, reader, Sheet.MOST_IN_A_FILE);
    SHEET.answer(frame, request, session, wanted(request), found, "");
  }
}
