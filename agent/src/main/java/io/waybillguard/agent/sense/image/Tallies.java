package io.waybillguard.agent.sense.image;

import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.ImagesHandled.Act;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.platform.PathText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sums of what each program did to images, kept until it is time to record them. At 200 images a
 * minute a record an image would be a flood; nothing is lost by adding up, since each image counts
 * by its number.
 *
 * <p>What an allowed program does is recorded once an interval. What another does is recorded when
 * it has been quiet for two seconds, and at most every ten.
 */
final class Tallies {
  private static final Duration QUIET = Duration.ofSeconds(2);
  private static final Duration GAP = Duration.ofSeconds(10);
  private static final Duration DAY = Duration.ofHours(24);

  /** Programs that do something to images within a day; the least active is forgotten. */
  private static final int MOST_PROGRAMS = 512;

  /**
   * Who did what: the sums are kept apart by these. Not by account, which the shortest processes
   * take with them: an image would count twice.
   */
  private record Key(String program, boolean allowed, Act act, String place) {}

  /**
   * Something done to images.
   *
   * @param parent the process that started {@code by}
   * @param allowed whether {@code by} runs one of the allowed programs
   * @param file the image, or the copy or archive of it
   * @param result what came of it, or null
   * @param place what {@code result} leads to, or ""
   */
  record Deed(
      Instant at,
      Act act,
      ProcessRef by,
      ProcessRef parent,
      boolean allowed,
      Path file,
      @Nullable Path result,
      String place) {}

  private static final class Tally {
    final BitSet today = new BitSet();
    Instant dayBegan;
    @Nullable Instant recorded;

    // Since it was recorded last.
    @Nullable Instant first;
    @Nullable Deed last;
    @Nullable Path folder;
    long images;
    long times;
    long bytes;

    Tally(Instant now) {
      this.dayBegan = now;
    }

    void add(Deed deed, Images.Image image) {
      if (Duration.between(dayBegan, deed.at()).compareTo(DAY) > 0) {
        today.clear();
        dayBegan = deed.at();
      }
      if (!today.get(image.number)) {
        today.set(image.number);
        images++;
        bytes += image.size;
      }
    }

    void did(Deed deed) {
      first = first == null ? deed.at() : first;
      last = deed;
      times++;
      folder = common(folder, deed.file().getParent());
    }

    /** The nearest folder that holds both. */
    private static @Nullable Path common(@Nullable Path a, @Nullable Path b) {
      if (a == null || b == null) {
        return a == null ? b : a;
      }
      Path both = a;
      while (both.getParent() != null && !b.startsWith(both)) {
        both = both.getParent();
      }
      return both;
    }

    @Nullable Instant due(Duration every) {
      Deed latest = last;
      Instant began = first;
      if (latest == null || began == null) {
        return null;
      }
      Instant before = recorded;
      if (latest.allowed()) {
        return began.plus(every);
      }
      // What others do is told soon after it ended, but not each time by itself.
      Instant soon = min(latest.at().plus(QUIET), began.plus(every));
      return before == null ? soon : max(soon, before.plus(every.compareTo(GAP) < 0 ? every : GAP));
    }

    private static Instant min(Instant a, Instant b) {
      return a.isBefore(b) ? a : b;
    }

    private static Instant max(Instant a, Instant b) {
      return a.isBefore(b) ? b : a;
    }

    ImagesHandled record(Deed latest, Instant began, Instant now) {
      Path where = folder;
      Path result = latest.result();
      ImagesHandled record =
          new ImagesHandled(
              latest.at(),
              began,
              latest.act(),
              latest.by(),
              latest.parent(),
              latest.allowed(),
              images,
              today.cardinality(),
              times,
              bytes,
              where == null ? "" : PathText.of(where),
              result == null ? "" : PathText.of(result),
              latest.place());
      recorded = now;
      first = null;
      last = null;
      folder = null;
      images = 0;
      times = 0;
      bytes = 0;
      return record;
    }
  }

  private final Duration every;
  private final List<ImagesHandled> crowdedOut = new ArrayList<>();
  private final Map<Key, Tally> all = new LinkedHashMap<>(64, 0.75f, true);

  Tallies(Duration every) {
    this.every = every;
  }

  /** Adds something done to some images at once. */
  void add(Deed deed, List<Images.Image> images) {
    Key key = new Key(deed.by().executable(), deed.allowed(), deed.act(), deed.place());
    Tally tally = all.computeIfAbsent(key, k -> new Tally(deed.at()));
    images.forEach(image -> tally.add(deed, image));
    tally.did(deed);
    if (all.size() > MOST_PROGRAMS) {
      Key oldest = all.keySet().iterator().next();
      Tally out = all.remove(oldest);
      if (out != null) {
        take(out, deed.at(), crowdedOut);
      }
    }
  }

  /** The sums that are to be recorded now. */
  List<ImagesHandled> due(Instant now) {
    List<ImagesHandled> due = new ArrayList<>(crowdedOut);
    crowdedOut.clear();
    for (Tally tally : all.values()) {
      Instant at = tally.due(every);
      if (at != null && !now.isBefore(at)) {
        take(tally, now, due);
      }
    }
    return due;
  }

  private static void take(Tally tally, Instant now, List<ImagesHandled> into) {
    Deed last = tally.last;
    Instant first = tally.first;
    if (last != null && first != null) {
      into.add(tally.record(last, first, now));
    }
  }

  /** How long until the next is due; {@code most} when none is before that. */
  Duration patience(Instant now, Duration most) {
    Duration least = most;
    for (Tally tally : all.values()) {
      Instant at = tally.due(every);
      if (at != null) {
        Duration left = Duration.between(now, at);
        least = left.compareTo(least) < 0 ? left : least;
      }
    }
    return least.isNegative() ? Duration.ZERO : least;
  }
}
