package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartBaseline;
import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartChanged.Change;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.event.SweepFinished;
import io.waybillguard.agent.event.SweepStarted;
import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What starts by itself on this machine, and who may come in: what appeared, changed and vanished.
 *
 * <p>The inventory is the truth: every record comes from comparing what the files say now with what
 * they said when a record last told of them. That a folder changed is only a reason to look at its
 * point at once; everything is looked over from time to time as well, in small steps with rests
 * between them.
 *
 * <p>Limit: what came and went between two looks, which are a quarter of a second apart at best, is
 * not seen.
 */
public final class PersistenceSensor implements Sensor {
  private static final Logger LOG = LoggerFactory.getLogger(PersistenceSensor.class);

  /** Files or blocks of 64 KiB between two looks at the clock: some 10 ms on a disk. */
  private static final int STEP = 64;

  /** How long opening may read before it leaves the rest to {@link #sense}. */
  private static final Duration OPENING = Duration.ofSeconds(5);

  /** And how long it may look at programs, too: whoever waits for it need not wait for those. */
  private static final Duration OPENING_WITH_PROGRAMS = Duration.ofMillis(50);

  /** A file is often written in several goes; it is read when it was left alone for so long. */
  private static final Duration SETTLED = Duration.ofMillis(200);

  /** One that never rests is read all the same. */
  private static final Duration RESTLESS = Duration.ofSeconds(1);

  /** By then a record, which is urgent, is in the log; before, it may be told again. */
  private static final Duration SAFE = Duration.ofSeconds(1);

  /** After a disk refused what is to be kept. */
  private static final Duration KEPT_AGAIN_AFTER = Duration.ofSeconds(30);

  /** Percent of one processor that the sweep at the start may take. */
  private static final int STARTING_SHARE = 50;

  /** No rest is longer. */
  private static final Duration LONGEST_REST = Duration.ofSeconds(2);

  private static final int MOST_NAMED = 3;

  private final List<Point> points;
  private final Path root;
  private final Path baselineFile;
  private final LastSeen memory;
  private final Unfinished unfinished;
  private final FolderChanges folders;
  private final Registry registry;
  private final InstantSource clock;
  private final Watchword watchword;
  private final RandomGenerator chance;
  private final PersistenceSettings settings;

  private final Burst burst = new Burst();
  private final PointLook.Memory files = new PointLook.Memory();
  private final Map<PointLook.Key, AutostartEntry> seen = new LinkedHashMap<>();

  /** Points to look at because something changed there. */
  private final Map<String, Dirty> dirty = new LinkedHashMap<>();

  /** The folders that each point hangs on, with the names in each that matter to it. */
  private final Map<String, Map<Path, Set<String>>> watched = new HashMap<>();

  /** The registry keys that each point hangs on. */
  private final Map<String, Set<String>> watchedKeys = new HashMap<>();

  /** What of those is watched by now. */
  private final Set<Object> watching = new HashSet<>();

  private final Map<String, Set<String>> unseen = new HashMap<>();
  private @Nullable Tree tree;
  private @Nullable Programs programs;
  private @Nullable PointLook look;
  private @Nullable Sweep sweep;
  private Instant nextSweep = Instant.EPOCH;
  private Instant restUntil = Instant.EPOCH;

  /** Whether the look that is under way is at a change. */
  private boolean urgent;

  private Instant lookBegan = Instant.EPOCH;

  /** Before this, changes wait: somebody who writes without end shall not keep a processor busy. */
  private Instant urgentFrom = Instant.EPOCH;

  /** Whether all folders are watched that can be. Read by any thread. */
  private volatile boolean ready;

  private @Nullable Instant unsavedSince;
  private String baselineTold = "";
  private @Nullable FileStamp baselineStamp;
  private boolean remembered;

  /** Whether there is nothing to compare with yet: entries are taken as they are. */
  private boolean first;

  private String baselineDamage = "";
  private int unwatched;
  private int unwatchedKeys;
  private long sweeps;
  private String toldUnseen = "";
  private String standing = "";
  private String unkept = "";

  private record Dirty(Instant since, Instant last) {}

  private static final class Sweep {
    private final long number;
    private final String by;
    private final Instant began;
    private final boolean whileAway;
    private final List<Point> left;
    private long files;
    private long detections;

    Sweep(long number, String by, Instant began, boolean whileAway, List<Point> points) {
      this.number = number;
      this.by = by;
      this.began = began;
      this.whileAway = whileAway;
      this.left = new ArrayList<>(points);
    }
  }

  /**
   * @param points where to look
   * @param root {@code /}, or a folder in its place
   * @param data the agent's data folder, which keeps the baseline and what was told last
   * @param registry of Windows; {@link Registry#NONE} elsewhere
   * @param chance varies the time of sweeps
   */
  public PersistenceSensor(
      List<Point> points,
      Path root,
      Path data,
      FolderChanges folders,
      Registry registry,
      InstantSource clock,
      RandomGenerator chance,
      PersistenceSettings settings) {
    this.points = List.copyOf(points);
    this.root = root;
    this.baselineFile = Baseline.file(data);
    this.memory = new LastSeen(data);
    this.unfinished = new Unfinished(data);
    this.folders = folders;
    this.registry = registry;
    this.clock = clock;
    this.watchword = new Watchword(clock);
    this.chance = chance;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "persistence";
  }

  @Override
  public Sight open() throws IOException {
    Tree opened = Tree.of(root, registry);
    tree = opened;
    programs = new Programs(opened);
    look = null;
    ready = false;
    folders.open();
    watched.clear();
    watchedKeys.clear();
    watching.clear();
    List<Observation> found = new ArrayList<>();
    if (!remembered) {
      remember();
      remembered = true;
    }
    Instant began = clock.instant();
    begin("start", began, true, found);
    readAll(began.plus(OPENING));
    standing = progress();
    while (sweep != null && clock.instant().isBefore(began.plus(OPENING_WITH_PROGRAMS))) {
      work(found);
    }
    String cannot = cannotSee();
    toldUnseen = cannot;
    String what = "what starts by itself and who may come in, at " + points.size() + " points";
    return new Sight(!cannot.isEmpty(), join(what, cannot), found);
  }

  /**
   * Reads what is written at the points and watches them: from then on nothing changes unseen. What
   * is there is left to the sweep, which reads again: what came to a folder before it was watched
   * nobody tells.
   *
   * @param end when to leave the rest to it as well
   */
  private void readAll(Instant end) throws IOException {
    for (Point point : points) {
      PointLook one = new PointLook(point, nonNull(tree), nonNull(programs), files);
      int left = 0;
      while (left <= 0 && clock.instant().isBefore(end)) {
        left = one.read(STEP);
      }
      if (left <= 0) {
        break;
      }
      watch(one);
    }
    ready = !isBlindUntilSwept();
  }

  private static String join(String what, String cannot) {
    return cannot.isEmpty() ? what : what + "; " + cannot;
  }

  /** Reads what was told last, and the baseline; without either, the first sweep makes one. */
  private void remember() throws IOException {
    Optional<Baseline> baseline = Optional.empty();
    try {
      baseline = Baseline.read(baselineFile);
    } catch (DamagedFileException e) {
      baselineDamage = String.valueOf(e.getMessage());
      Path aside = baselineFile.resolveSibling(baselineFile.getFileName() + ".damaged");
      Files.move(baselineFile, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.warn(
          "baseline={} is damaged ({}) and was put aside as {}",
          baselineFile,
          baselineDamage,
          aside);
    }
    Optional<LastSeen.Seen> last = Optional.empty();
    try {
      last = memory.read();
    } catch (DamagedFileException e) {
      LOG.warn(
          "what was told last is damaged ({}); changes since the baseline are told again",
          e.getMessage());
    }
    first = last.isEmpty() && baseline.isEmpty();
    List<AutostartEntry> known =
        last.map(LastSeen.Seen::entries)
            .orElseGet(baseline.isPresent() ? baseline.get()::entries : List::of);
    known.forEach(entry -> seen.put(PointLook.Key.of(entry), entry));
    baselineTold = last.map(LastSeen.Seen::baselineTold).orElse("");
    if (last.isEmpty() && baseline.isPresent()) {
      // Told in the log when it was taken; only the file that says so is gone.
      baselineTold = baseline.get().digest();
    }
  }

  // -- looking ---------------------------------------------------------------------------------

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    List<Observation> told = new ArrayList<>();
    Instant now = clock.instant();
    keep(now, told);
    changed(folders.await(pause(patience, now)), clock.instant());
    now = clock.instant();
    if (sweep == null && !now.isBefore(nextSweep)) {
      begin("schedule", now, false, told);
    }
    if (isUrgent(now) || (sweep != null && !now.isBefore(restUntil))) {
      work(told);
      restUntil = rested(now, clock.instant());
    }
    if (burst.isOpen() && !clock.instant().isBefore(burst.due())) {
      told.add(burst.end(clock.instant()));
    }
    if (!told.isEmpty()) {
      unsavedSince = clock.instant();
    }
    return told;
  }

  /** When to go on: what it took is its share, and the others have theirs before. */
  private Instant rested(Instant from, Instant to) {
    // On a busy machine a step takes long without taking much, hence the limit.
    boolean starting = isBlindUntilSwept() || (sweep != null && sweep.whileAway);
    int share = starting ? Math.max(STARTING_SHARE, settings.cpuShare()) : settings.cpuShare();
    Duration rest = Duration.between(from, to).multipliedBy(100 - share).dividedBy(share);
    return to.plus(rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST);
  }

  /** The folders that neither opening nor the first sweep has come to are not watched. */
  private boolean isBlindUntilSwept() {
    return watched.size() < points.size();
  }

  private Duration pause(Duration patience, Instant now) {
    Instant until = now.plus(patience);
    if (isUrgent(now)) {
      return Duration.ZERO;
    }
    for (Dirty one : dirty.values()) {
      until = earlier(until, due(one));
    }
    if (sweep != null) {
      until = earlier(until, restUntil);
    } else {
      until = earlier(until, nextSweep);
    }
    if (burst.isOpen()) {
      until = earlier(until, burst.due());
    }
    if (unsavedSince != null && !burst.isOpen()) {
      until = earlier(until, unsavedSince.plus(SAFE));
    }
    Duration pause = Duration.between(now, until);
    return pause.isNegative() ? Duration.ZERO : pause;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }

  private Instant due(Dirty one) {
    return later(
        earlier(one.last().plus(SETTLED), one.since().plus(RESTLESS)),
        earlier(urgentFrom, one.since().plus(LONGEST_REST)));
  }

  /** Whether there is a change to look at now, or one is being looked at. */
  private boolean isUrgent(Instant now) {
    return urgent || isDue(now);
  }

  private boolean isDue(Instant now) {
    return dirty.values().stream().anyMatch(one -> !now.isBefore(due(one)));
  }

  /** Which points a change is about. */
  private void changed(FolderChanges.Changes changes, Instant now) {
    if (changes.lost()) {
      points.forEach(point -> touch(point.id(), now));
    }
    for (String key : changes.keys()) {
      watchedKeys.forEach(
          (point, keys) -> {
            if (keys.contains(key)) {
              touch(point, now);
            }
          });
    }
    for (FolderChanges.Change change : changes.seen()) {
      if (watchword.isIt(change.name())) {
        continue; // a file of the agent's own, which is no entry
      }
      if (change.name().isEmpty()) {
        watching.remove(change.folder()); // it went, and its watch with it
      }
      for (Map.Entry<String, Map<Path, Set<String>>> point : watched.entrySet()) {
        Set<String> names = point.getValue().getOrDefault(change.folder(), Set.of());
        if (names.contains(Places.ANY)
            || names.contains(change.name())
            || (change.name().isEmpty() && !names.isEmpty())) {
          touch(point.getKey(), now);
        }
      }
    }
  }

  private void touch(String point, Instant now) {
    Dirty before = dirty.get(point);
    dirty.put(point, new Dirty(before == null ? now : before.since(), now));
  }

  private void begin(String by, Instant now, boolean whileAway, List<Observation> told) {
    sweep = new Sweep(++sweeps, by, now, whileAway, unfinished.first(points));
    long tenth = settings.every().toMillis() / 10;
    nextSweep =
        now.plus(settings.every()).plusMillis(tenth == 0 ? 0 : chance.nextLong(-tenth, tenth + 1));
    told.add(new SweepStarted(now, sweeps, by));
  }

  /** One step: of a point where something changed, else of the sweep. */
  private void work(List<Observation> told) throws IOException {
    PointLook current = look;
    if (current == null) {
      Optional<Point> next = next(clock.instant());
      if (next.isEmpty()) {
        return;
      }
      current = new PointLook(next.get(), nonNull(tree), nonNull(programs), files);
      look = current;
      lookBegan = clock.instant();
    }
    if (current.step(STEP) > 0) {
      look = null;
      if (urgent) {
        urgentFrom = rested(lookBegan, clock.instant());
        urgent = false;
      }
      over(current, told);
    }
    standing = progress();
  }

  private String progress() {
    Sweep going = sweep;
    return going == null
        ? seen.size() + " entries"
        : "sweep "
            + going.number
            + ": "
            + (points.size() - going.left.size())
            + " of "
            + points.size()
            + " points, "
            + going.files
            + " files";
  }

  private Optional<Point> next(Instant now) {
    for (Map.Entry<String, Dirty> one : dirty.entrySet()) {
      if (!now.isBefore(due(one.getValue()))) {
        dirty.remove(one.getKey());
        urgent = true;
        return points.stream().filter(p -> p.id().equals(one.getKey())).findFirst();
      }
    }
    Sweep going = sweep;
    return going == null || going.left.isEmpty()
        ? Optional.empty()
        : Optional.of(going.left.get(0));
  }

  private static <T> T nonNull(@Nullable T open) throws IOException {
    if (open == null) {
      throw new IOException("the sensor of what starts by itself is not open");
    }
    return open;
  }

  /** A point was looked at: what is otherwise than before? */
  private void over(PointLook done, List<Observation> told) throws IOException {
    Instant now = clock.instant();
    Sweep going = sweep;
    boolean whileAway = going != null && going.whileAway;
    long differences = compare(done, now, whileAway, told);
    for (String point : watch(done)) {
      touch(point, now);
    }
    ready = !isBlindUntilSwept();
    if (going == null || going.left.isEmpty()) {
      return;
    }
    going.detections += first ? 0 : differences;
    if (going.left.get(0).id().equals(done.pointId())) {
      going.left.remove(0);
      going.files += done.files();
      unfinished.keep(going.left);
      if (going.left.isEmpty()) {
        finish(going, told);
      }
    }
  }

  /**
   * Watches what a point hangs on besides all else, and notes what of it cannot be seen.
   *
   * @return the points with something that was not watched until now: what came to it since it was
   *     read is not told
   */
  private Set<String> watch(PointLook read) throws IOException {
    watched.put(read.pointId(), read.watched());
    watchedKeys.put(read.pointId(), read.watchedKeys());
    unseen.put(read.pointId(), read.unseen());
    Set<Object> fresh = watch();
    Set<String> on = new LinkedHashSet<>();
    for (Point point : fresh.isEmpty() ? List.<Point>of() : points) {
      Set<Path> hangsOn = watched.getOrDefault(point.id(), Map.of()).keySet();
      Set<String> keys = watchedKeys.getOrDefault(point.id(), Set.of());
      if (!Collections.disjoint(hangsOn, fresh) || !Collections.disjoint(keys, fresh)) {
        on.add(point.id());
      }
    }
    return on;
  }

  private long compare(PointLook done, Instant now, boolean whileAway, List<Observation> told) {
    long differences = 0;
    Map<PointLook.Key, AutostartEntry> there = done.entries();
    Set<String> unknown = done.unseen();
    for (AutostartEntry before : List.copyOf(seen.values())) {
      if (before.point().equals(done.pointId())
          && !there.containsKey(PointLook.Key.of(before))
          // What cannot be read is not gone.
          && !Inventory.isBelow(before.file(), unknown)) {
        seen.remove(PointLook.Key.of(before));
        differences++;
        change(now, Change.VANISHED, before, whileAway, told);
      }
    }
    for (Map.Entry<PointLook.Key, AutostartEntry> one : there.entrySet()) {
      AutostartEntry before = seen.put(one.getKey(), one.getValue());
      if (!one.getValue().equals(before)) {
        differences++;
        change(
            now,
            before == null ? Change.APPEARED : Change.CHANGED,
            one.getValue(),
            whileAway,
            told);
      }
    }
    return differences;
  }

  private void change(
      Instant now, Change what, AutostartEntry entry, boolean whileAway, List<Observation> told) {
    if (!first) {
      burst.add(new AutostartChanged(now, what, entry, "", whileAway), told);
      unsavedSince = now;
    }
  }

  /**
   * @return what is watched from now on and was not before
   */
  private Set<Object> watch() throws IOException {
    Set<Path> all = new LinkedHashSet<>();
    watched.values().forEach(folders -> all.addAll(folders.keySet()));
    all.removeIf(folder -> folder.startsWith("/proc")); // the kernel tells of no change there
    Set<String> keys = new LinkedHashSet<>();
    watchedKeys.values().forEach(keys::addAll);
    Set<Object> now = new HashSet<>(all);
    now.addAll(keys);
    unwatched = 0;
    for (Path folder : folders.watch(all)) {
      now.remove(folder);
      unwatched += Files.isDirectory(folder) ? 1 : 0;
    }
    List<String> refused = folders.watchKeys(keys);
    refused.forEach(now::remove);
    unwatchedKeys = refused.size();
    Set<Object> fresh = new HashSet<>(now);
    fresh.removeAll(watching);
    watching.clear();
    watching.addAll(now);
    return fresh;
  }

  // -- the end of a sweep, and the baseline ----------------------------------------------------

  private void finish(Sweep done, List<Observation> told) throws IOException {
    sweep = null;
    Instant now = clock.instant();
    long unread = unseen.values().stream().mapToLong(Set::size).sum();
    if (first || !baselineDamage.isEmpty()) {
      Baseline baseline = new Baseline(now, "", List.copyOf(seen.values()));
      told.add(
          new AutostartBaseline(
              now,
              baselineDamage.isEmpty()
                  ? AutostartBaseline.Why.FIRST
                  : AutostartBaseline.Why.DAMAGED,
              baseline.entries().size(),
              baseline.digest(),
              "",
              baselineDamage));
      pending = baseline;
      baselineTold = baseline.digest();
      first = false;
      baselineDamage = "";
    }
    told.add(
        new SweepFinished(
            now,
            done.number,
            done.by,
            done.files,
            seen.size(),
            done.detections,
            Duration.between(done.began, now),
            unread));
    unsavedSince = now;
    String cannot = cannotSee();
    if (done.number > 1 && !cannot.equals(toldUnseen) && !cannot.isEmpty()) {
      told.add(new SensorLive(now, name(), true, cannot));
    }
    toldUnseen = cannot;
  }

  /** A baseline that a record tells of and that is not on disk yet. */
  private @Nullable Baseline pending;

  /**
   * Writes down what was told, once it is in the log; and sees whether the baseline is the same.
   */
  private void keep(Instant now, List<Observation> told) throws IOException {
    if (unsavedSince != null && !burst.isOpen() && !now.isBefore(unsavedSince.plus(SAFE))) {
      try {
        write();
        unsavedSince = null;
        unkept = "";
      } catch (IOException e) {
        // A disk that takes nothing does not blind this sensor: it only remembers less.
        unkept = "; what was told cannot be kept for a new start: " + e.getMessage();
        LOG.debug("sensor=persistence {}", unkept);
        unsavedSince = now.plus(KEPT_AGAIN_AFTER);
      }
    }
    if (pending == null && !first && baselineDamage.isEmpty()) {
      replaced(now, told);
    }
  }

  private void write() throws IOException {
    Baseline fresh = pending;
    if (fresh != null) {
      fresh.write(baselineFile);
      pending = null;
      baselineStamp = FileStamp.of(baselineFile);
    }
    if (!first) {
      memory.write(baselineTold, seen.values());
    }
  }

  /** Somebody may have put another baseline there: the command, or a hand that hides something. */
  private void replaced(Instant now, List<Observation> told) throws IOException {
    FileStamp stamp;
    try {
      stamp = FileStamp.of(baselineFile);
    } catch (NoSuchFileException e) {
      pending = new Baseline(now, "", List.copyOf(seen.values()));
      tell(AutostartBaseline.Why.DAMAGED, pending, "its file was deleted", now, told);
      return;
    }
    if (stamp.equals(baselineStamp)) {
      return;
    }
    baselineStamp = stamp;
    try {
      Optional<Baseline> there = Baseline.read(baselineFile);
      if (there.isPresent() && !there.get().digest().equals(baselineTold)) {
        tell(AutostartBaseline.Why.REPLACED, there.get(), "", now, told);
      }
    } catch (DamagedFileException e) {
      pending = new Baseline(now, "", List.copyOf(seen.values()));
      tell(AutostartBaseline.Why.DAMAGED, pending, String.valueOf(e.getMessage()), now, told);
    }
  }

  private void tell(
      AutostartBaseline.Why why,
      Baseline baseline,
      String detail,
      Instant now,
      List<Observation> told) {
    baselineTold = baseline.digest();
    told.add(
        new AutostartBaseline(
            now, why, baseline.entries().size(), baselineTold, baseline.by(), detail));
  }

  /** What cannot be seen and what to do about it; "" when all can. */
  private String cannotSee() {
    Set<String> all = new TreeSet<>();
    unseen.values().forEach(all::addAll);
    List<String> parts = new ArrayList<>();
    if (!all.isEmpty()) {
      String some = String.join(", ", all.stream().limit(MOST_NAMED).toList());
      parts.add(all.size() + " files or folders cannot be read, such as " + some + ": " + remedy());
    }
    if (unwatched > 0) {
      parts.add(
          unwatched
              + " folders are not watched, only swept: raise fs.inotify.max_user_watches, or run the"
              + " agent as root");
    }
    if (unwatchedKeys > 0) {
      parts.add(unwatchedKeys + " registry keys are not watched, only swept");
    }
    return String.join("; ", parts);
  }

  private String remedy() {
    Tree there = tree;
    return there == null ? "" : there.remedy();
  }

  /** Whether a sweep is under way: what it finds is told when it comes to it. */
  boolean isSweeping() {
    return sweep != null;
  }

  @Override
  public String standing() {
    return standing + unkept;
  }

  @Override
  public List<Observation> last() {
    return burst.isOpen() ? List.of(burst.end(clock.instant())) : List.of();
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return ready;
  }

  @Override
  public void wake() {
    folders.wake();
  }

  @Override
  public void close() {
    folders.close();
    look = null;
    urgent = false;
    sweep = null;
    dirty.clear();
  }
}
