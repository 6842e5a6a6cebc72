package io.waybillguard.hq.store;

import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.HuntFinished;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads segments and writes down by what their records are found. Derived, and may be made anew:
 * what was received before this was known to HQ is read in its turn. Safe for use by several
 * threads and processes; two that read the same segment write the same.
 */
public final class SearchIndex {
  private static final Logger LOG = LoggerFactory.getLogger(SearchIndex.class);

  private static final String HUNT_END = "hunt.end";

  /** Longest sentence that is kept for searching, in UTF-16 units. */
  private static final int MOST_SAID = 2_000;

  /** Records that are written in one transaction; a segment more may be. */
  private static final int WRITTEN_AT_ONCE = 500;

  private final Database database;
  private final SegmentStore files;
  private final FreshSegments fresh;
  private final Summary chinese = new Summary(Locale.SIMPLIFIED_CHINESE, ZoneOffset.UTC);
  private final Summary english = new Summary(Locale.ENGLISH, ZoneOffset.UTC);

  private record Unread(long id, String log, String file, String sha256) {}

  /**
   * @param hunt id of the sweep that a {@code hunt.end} is about, or ""
   */
  private record Found(
      long seq,
      long wall,
      Iterable<Traits.Trait> traits,
      String said,
      String hunt,
      List<HuntFinding> findings,
      Optional<IncidentChanged> incident,
      String noticed) {}

  /** What a segment says: of its records, and on which days a sensor could not see. */
  private record Read(Unread segment, List<Found> found, SortedMap<Long, Boolean> days) {}

  /** The index of a database, over these files. */
  public SearchIndex(Database database, SegmentStore files) {
    this(database, files, new FreshSegments());
  }

  /**
   * The index of a database, over these files.
   *
   * @param fresh what need not be read from its file
   */
  public SearchIndex(Database database, SegmentStore files, FreshSegments fresh) {
    this.database = database;
    this.files = files;
    this.fresh = fresh;
  }

  /**
   * Reads segments that were not read yet, oldest first. One that cannot be read is left out from
   * then on, and said in the program's own log; its records are still found by time and type.
   *
   * @param most at most so many
   * @return how many were dealt with; fewer than asked for when there are no more
   */
  public int catchUp(int most) {
    return catchUp(most, () -> {});
  }

  /**
   * As above.
   *
   * @param pause what is done each time that some hundred records are written
   */
  public int catchUp(int most, Runnable pause) {
    Set<String> before = fresh.files();
    List<Unread> unread = unread(most);
    List<Read> together = new ArrayList<>();
    int records = 0;
    for (Unread each : unread) {
      Optional<Read> read = read(each);
      if (read.isPresent()) {
        together.add(read.get());
        records += read.get().found().size();
      }
      if (records >= WRITTEN_AT_ONCE) {
        write(together);
        together.clear();
        records = 0;
        pause.run();
      }
    }
    write(together);
    if (unread.size() < most) {
      fresh.forget(before); // each was committed before the question, and somebody has read it
    }
    return unread.size();
  }

  private List<Unread> unread(int most) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT id, log, file, sha256 FROM segment WHERE indexed = 0"
                            + " ORDER BY id LIMIT ?",
                        most)
                    .map(
                        (row, ctx) ->
                            new Unread(
                                row.getLong("id"),
                                row.getString("log"),
                                row.getString("file"),
                                row.getString("sha256")))
                    .list());
  }

  /** What a segment says; empty when it cannot be read, or was rewritten meanwhile. */
  private Optional<Read> read(Unread segment) {
    try {
      Optional<ReadSegment> handed = fresh.take(segment.file());
      ReadSegment read =
          handed.isPresent()
              ? handed.get()
              : ReadSegment.of(Segment.decode(files.read(segment.file())));
      return Optional.of(new Read(segment, found(read), days(read)));
    } catch (NoSuchFileException e) {
      if (isAsItWas(segment)) {
        leaveOut(segment, e);
      }
      return Optional.empty(); // rewritten meanwhile, by an erasure: read the next time
    } catch (IOException | WireException | EvidenceException e) {
      leaveOut(segment, e);
      return Optional.empty();
    }
  }

  private void leaveOut(Unread segment, Exception why) {
    LOG.error("segment={} cannot be made findable", segment.file(), why);
    database
        .jdbi()
        .useHandle(h -> h.execute("UPDATE segment SET indexed = 2 WHERE id = ?", segment.id()));
  }

  /** In one transaction, since each waits for the disk. */
  private void write(List<Read> together) {
    if (together.isEmpty()) {
      return;
    }
    database
        .jdbi()
        .useTransaction(
            h -> {
              List<Read> same = new ArrayList<>(keptAsRead(h, together));
              // One order for all processes, so that two never wait for each other.
              same.sort(
                  Comparator.comparing((Read r) -> r.segment().log())
                      .thenComparing(r -> r.segment().id()));
              ManyRows read = new ManyRows("UPDATE segment SET indexed = 1 WHERE id = ?");
              put(h, same);
              for (Read each : same) {
                String log = each.segment().log();
                each.days().forEach((day, blind) -> WatchedDays.put(h, log, day, blind));
                read.add(each.segment().id());
              }
              read.execute(h);
            });
  }

  /**
   * Those that are still as they were read, and stay so until the transaction ends. An erasure
   * rewrites the segment and takes away what was found in it: whichever is first, nothing that was
   * erased is written here after it.
   */
  private List<Read> keptAsRead(Handle h, List<Read> together) {
    return together.stream()
        .filter(
            each ->
                h.select(
                        "SELECT sha256 FROM segment WHERE id = ? AND indexed = 0"
                            + database.engine().keepingRow(),
                        each.segment().id())
                    .mapTo(String.class)
                    .findOne()
                    .filter(each.segment().sha256()::equals)
                    .isPresent())
        .toList();
  }

  private boolean isAsItWas(Unread segment) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT sha256 FROM segment WHERE id = ?", segment.id())
                    .mapTo(String.class)
                    .findOne()
                    .filter(segment.sha256()::equals)
                    .isPresent());
  }

  private List<Found> found(ReadSegment segment) {
    List<Found> found = new ArrayList<>();
    long first = segment.headers().get(0).seq();
    for (BodyPart body : segment.bodies()) {
      if (body.part() != 0 || BodyFrames.isErased(body)) {
        continue;
      }
      ReadSegment.Header leaf = segment.headers().get((int) (body.index() - first));
      try {
        Json.Obj event = Json.parse(body.data());
        found.add(
            new Found(
                leaf.seq(),
                leaf.wall(),
                Traits.of(leaf.type(), event),
                said(leaf.type(), event),
                hunt(leaf, event),
                findings(leaf, event),
                IncidentRows.told(leaf.type(), event),
                IncidentRows.noticed(leaf.type(), event)));
      } catch (JsonException e) {
        // It is found by time and type alone.
        LOG.debug("log record={} is no event of our dialect", leaf.seq(), e);
      }
    }
    return found;
  }

  private static String hunt(ReadSegment.Header leaf, Json.Obj event) throws JsonException {
    return leaf.type().equals(HUNT_END) && event.has("scan")
        ? event.object("scan").text("uid", "")
        : "";
  }

  private static List<HuntFinding> findings(ReadSegment.Header leaf, Json.Obj event)
      throws JsonException {
    return leaf.type().equals(HUNT_END) && event.has("unmapped")
        ? event.object("unmapped").objects("findings").stream()
            .limit(HuntFinished.MOST_LISTED)
            .map(HuntFinding::of)
            .toList()
        : List.of();
  }

  private static SortedMap<Long, Boolean> days(ReadSegment segment) {
    SortedMap<Long, Boolean> days = new TreeMap<>();
    for (ReadSegment.Header leaf : segment.headers()) {
      days.merge(Days.of(leaf.wall()), leaf.type().equals("sensor.blind"), Boolean::logicalOr);
    }
    return days;
  }

  private String said(String type, Json.Obj event) {
    // Apart: text of one byte a character is lowered several times as fast.
    String both = lowered(chinese.of(type, event)) + "\n" + lowered(english.of(type, event));
    return both.length() <= MOST_SAID ? both : both.substring(0, MOST_SAID);
  }

  static String lowered(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static void put(Handle h, List<Read> all) {
    ManyRows sentences =
        new ManyRows(
            "INSERT INTO sentence(log, seq, said) VALUES (?, ?, ?)"
                + " ON CONFLICT(log, seq) DO NOTHING");
    ManyRows traits =
        new ManyRows(
            "INSERT INTO trait(what, value, log, seq, wall) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT(what, value, log, seq) DO NOTHING");
    for (Read segment : all) {
      String log = segment.segment().log();
      for (Found each : segment.found()) {
        sentences.add(log, each.seq(), each.said());
        for (Traits.Trait trait : each.traits()) {
          traits.add(trait.what().word(), trait.value(), log, each.seq(), each.wall());
        }
        SweepRows.put(h, log, each.seq(), each.hunt(), each.findings());
        each.incident().ifPresent(told -> IncidentRows.put(h, log, each.seq(), told));
        IncidentRows.putNote(h, log, each.seq(), each.noticed());
      }
    }
    sentences.execute(h);
    traits.execute(h);
  }

  /** With the content of a record goes what was found in it. */
  static void forget(Handle h, String log, long seq) {
    h.execute("DELETE FROM trait WHERE log = ? AND seq = ?", log, seq);
    h.execute("DELETE FROM sentence WHERE log = ? AND seq = ?", log, seq);
    SweepRows.forget(h, log, seq);
  }
}
