package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.FeedRows;
import io.waybillguard.hq.store.Users;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** How the feeds to other engines stand: how far each has come, and what last went wrong. */
final class FeedPages {
  /** A feed that is this much behind and fails nowhere is slow, not broken. */
  private static final Duration SLOW = Duration.ofMinutes(5);

  private final Frame frame;
  private final FeedRows feeds;
  private final InstantSource clock;

  FeedPages(Frame frame, FeedRows feeds, InstantSource clock) {
    this.frame = frame;
    this.feeds = feeds;
    this.clock = clock;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/feeds");
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "feeds.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("feeds.title"), session, request),
            "feeds",
            sheet()
                .list(
                    reader,
                    wanted(request).in("/feeds.csv", Route.FEEDS_CSV.isFor(session.role())),
                    views(),
                    Sheet.MOST)));
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/feeds", key -> frame.param(request, key), List.of());
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    sheet().answer(frame, request, session, wanted(request), views(), "");
  }

  private List<FeedView> views() {
    return feeds.all().stream().map(this::view).toList();
  }

  private FeedView view(FeedRows.Row row) {
    Duration lag = row.lag(clock.instant());
    FeedView.State state =
        !row.problem().isEmpty()
            ? FeedView.State.FAILING
            : lag.compareTo(SLOW) > 0 ? FeedView.State.BEHIND : FeedView.State.WORKING;
    return new FeedView(row, state, lag);
  }

  private static Sheet<FeedView> sheet() {
    return Sheet.<FeedView>named("feeds")
        .text("name", "feeds.name", (feed, reader) -> feed.row().name())
        .rank("state", "column.state", (feed, reader) -> feed.standing(reader), FeedView::state)
        .text("to", "feeds.to", (feed, reader) -> feed.row().kind() + " " + feed.row().target())
        .text(
            "carries",
            "feeds.carries",
            (feed, reader) -> reader.say("feeds.carries." + feed.row().records()))
        .number("behind", "feeds.behind", feed -> feed.lag().toSeconds())
        .number("waiting", "feeds.waiting", feed -> feed.row().waiting())
        .number("place", "feeds.place", feed -> feed.row().place().arrival())
        .number("sent", "feeds.sent", feed -> feed.row().sent())
        .number("refused", "feeds.refused", feed -> feed.row().refused())
        .time("taken", "feeds.taken", feed -> feed.row().lastSent())
        .time("failed", "feeds.failed", feed -> feed.row().failed())
        .besides("feeds.why", (feed, reader) -> feed.failure(reader))
        .besides("alarms.detail", (feed, reader) -> feed.row().failure());
  }
}
