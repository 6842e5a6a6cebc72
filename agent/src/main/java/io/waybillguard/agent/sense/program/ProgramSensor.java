package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.FileStreams;
import io.waybillguard.agent.platform.HiddenAttribute;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.SignatureTrust;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.sense.Described;
import io.waybillguard.agent.sense.Secrets;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that appear on this machine, with their hash and where they came from; and starts of
 * those that appeared, lie on a removable medium, or lie hidden. Ordinary starts are not recorded.
 *
 * <p>Events are drained first and judged after that, in slices with a look at new events between
 * them, so that neither a burst nor a large file makes it blind. Records come in the order in which
 * the system told of the events, each as soon as those before it are ready. A program that keeps
 * others waiting is recorded without its hash, and once more when it is known.
 *
 * <p>What is waiting to be judged outlives {@link #close}.
 */
public final class ProgramSensor implements Sensor {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramSensor.class);

  /**
   * Bytes to read before the next look at new events: some 20 ms from a disk, 0.4 s from a stick.
   */
  private static final long SLICE = 8 << 20;

  private static final int BUFFER = 128 << 10;

  /** A process that runs a program in whose place it runs already makes no second record. */
  private static final Duration SAME_START = Duration.ofSeconds(10);

  private static final int REMEMBERED_STARTS = 1024;

  /** From the word of its start until a program is in its process it takes well below 1 ms. */
  private static final int ASKED_AT_MOST = 20;

  private static final Duration ASKED_AGAIN_AFTER = Duration.ofMillis(10);

  /**
   * The lists of all packages take 0.2 s, for which the first new program would wait: they are read
   * at the first quiet look after the start is over.
   */
  private static final Duration READS_AHEAD_AFTER = Duration.ofSeconds(3);

  private static final int MOST_INTERPRETERS = 256;

  /** With more programs waiting than this, further events are left to wait in the kernel. */
  private static final int MOST_WAITING = 4096;

  /** Records of one step: so many find room where there is room. */
  private static final int MOST_TOLD = 1024;

  /** More large programs at a time than these are recorded once, without a hash. */
  private static final int MOST_UNFINISHED = 64;

  /** Shorter files hold no program: the shortest is a script of {@code #!} and a path. */
  private static final int SHORTEST = 4;

  private final FileActivity files;
  private final Volumes volumes;
  private final Processes processes;
  private final Packages packages;
  private final InstantSource clock;
  private final Watchword watchword;
  private final ProgramSettings settings;
  private final UnusualPlaces places;
  private final Families families;
  private final Bursts bursts;
  private final StartMemory memory;
  private final Media media;
  private SignatureTrust trust = SignatureTrust.NONE;
  private StreamPrograms streams = new StreamPrograms(FileStreams.NONE);
  private final KnownPrograms known = new KnownPrograms();
  private final Deque<Judgement> waiting = new ArrayDeque<>();

  /** Programs that came and are not judged yet, by the file system's identity of the file. */
  private final Map<Object, Judgement> waitingByKey = new HashMap<>();

  /**
   * Programs that were recorded before all was known of them: judged on when nothing else waits.
   */
  private final Deque<Judgement> unfinished = new ArrayDeque<>();

  private final Map<Start, Instant> starts = Recent.byUse(REMEMBERED_STARTS);
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private @Nullable Instant lastGoodLook;
  private Instant readsAhead = Instant.MAX;

  private record Start(long pid, Path file) {}

  /** Interpreters that were started and are not asked yet what they run. */
  private final List<Interpreting> interpreters = new ArrayList<>();

  private static final class Interpreting {
    private final Path program;
    private final ProcessFacts by;
    private final Instant since;
    private int asked;

    Interpreting(Path program, ProcessFacts by, Instant since) {
      this.program = program;
      this.by = by;
      this.since = since;
    }
  }

  /**
   * Has the system asked whether it trusts who signed a program, from now on.
   *
   * @return this
   */
  public ProgramSensor asking(SignatureTrust system) {
    trust = system;
    return this;
  }

  /**
   * Looks for programs in the streams of each file that is written, too, from now on.
   *
   * @return this
   */
  public ProgramSensor lookingInto(FileStreams named) {
    streams = new StreamPrograms(named);
    return this;
  }

  /**
   * @param clock gives the time of each observation: when this agent was told, which is
   *     milliseconds after it happened
   * @param places where programs do not belong
   * @param families how programs come
   * @param memory the file in which it keeps what was started, over restarts
   */
  public ProgramSensor(
      FileActivity files,
      Volumes volumes,
      Processes processes,
      Packages packages,
      InstantSource clock,
      ProgramSettings settings,
      UnusualPlaces places,
      Families families,
      Path memory) {
    this.files = files;
    this.volumes = volumes;
    this.processes = processes;
    this.packages = packages;
    this.clock = clock;
    this.watchword = new Watchword(clock);
    this.settings = settings;
    this.bursts = new Bursts(packages);
    this.places = places;
    this.families = families;
    this.memory = new StartMemory(memory);
    this.media = new Media(settings);
  }

  @Override
  public String name() {
    return "program";
  }

  @Override
  public Sight open() throws IOException {
    FileActivity.View view = files.open();
    media.are(volumes.list());
    readsAhead = clock.instant().plus(READS_AHEAD_AFTER);
    String unseen = streams.unseen();
    return unseen.isEmpty()
        ? new Sight(view.reduced(), view.detail(), List.of())
        : new Sight(true, view.detail() + "; " + unseen, List.of());
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    List<Observation> seen = new ArrayList<>();
    if (waiting.size() < MOST_WAITING) {
      for (FileEvent event : files.await(patience(patience))) {
        take(event, seen);
      }
    }
    askInterpreters();
    Instant now = clock.instant();
    lastGoodLook = now;
    if (isIdle() && !now.isBefore(readsAhead)) {
      packages.readAhead();
      readsAhead = Instant.MAX;
    }
    judge(seen);
    endBursts(seen);
    memory.writeNowAndThen(clock.instant());
    return seen;
  }

  /** No longer than until a burst ends, and not at all while there is work. */
  private Duration patience(Duration most) {
    if (!isIdle()) {
      return Duration.ZERO;
    }
    Duration longest =
        interpreters.isEmpty() || ASKED_AGAIN_AFTER.compareTo(most) > 0 ? most : ASKED_AGAIN_AFTER;
    Instant due = bursts.due();
    if (due == null) {
      return longest;
    }
    Duration left = Duration.between(clock.instant(), due);
    return left.isNegative() ? Duration.ZERO : left.compareTo(longest) < 0 ? left : longest;
  }

  /** While programs wait to be judged, more of the same burst may be among them. */
  private void endBursts(List<Observation> seen) {
    if (!waiting.isEmpty()) {
      return;
    }
    endBursts(clock.instant(), seen);
  }

  private void endBursts(Instant now, List<Observation> seen) {
    for (Bursts.Ended ended : bursts.ended(now)) {
      ended.sum().ifPresent(seen::add);
      for (Bursts.Held single : ended.single()) {
        if (single.file().traits().packaged() == FileTraits.Packaged.NO) {
          known.add(
              single.path(),
              new KnownPrograms.Known(single.stamp(), single.file(), single.origin()));
        }
        seen.add(Bursts.single(single));
      }
    }
  }

  private void take(FileEvent event, List<Observation> seen) throws IOException {
    Instant now = clock.instant();
    if (event instanceof FileEvent.Written written) {
      streams(written, now, seen);
      written(written, now);
    } else if (event instanceof FileEvent.Started started) {
      started(started, now);
    } else if (event instanceof FileEvent.Read read) {
      media.wasRead(read.file(), read.by(), now);
    } else if (event instanceof FileEvent.Shown shown) {
      boolean unused = watchword.isIt(PathText.of(shown.file()));
    } else if (event instanceof FileEvent.VolumesChanged) {
      media.are(volumes.list());
    } else if (event instanceof FileEvent.Unwatched unwatched) {
      seen.add(new SensorLive(now, name(), true, unwatched.detail()));
    } else if (event instanceof FileEvent.ViewChanged changed) {
      seen.add(new SensorLive(now, name(), changed.view().reduced(), changed.view().detail()));
    } else if (event instanceof FileEvent.Lost lost) {
      Instant since = lastGoodLook == null ? now : lastGoodLook;
      String folder = PathText.of(lost.folder());
      seen.add(new SensorBlind(now, name(), since, folder + ": " + lost.cause()));
      seen.add(new SensorBack(now, name(), since, now, folder + " was looked over again"));
    } else if (event instanceof FileEvent.StartsLost lost) {
      Instant since = lastGoodLook == null ? now : lastGoodLook;
      seen.add(new SensorBlind(now, name(), since, lost.cause()));
      seen.add(new SensorBack(now, name(), since, now, "the processes were looked at"));
    }
  }

  /**
   * What lies in a stream hides there, whatever the file is that carries it. It is small and hashed
   * at once, so its record may come before those of files that wait.
   */
  private void streams(FileEvent.Written event, Instant now, List<Observation> seen) {
    Path file = event.file();
    List<String> cut = new ArrayList<>();
    for (StreamPrograms.Found found : streams.in(file, cut)) {
      MountedVolume medium = media.of(file).orElse(null);
      Origin origin =
          medium == null
              ? media
                  .byHash(found.sha256())
                  .or(() -> media.byReader(event.by().pid(), now))
                  .orElse(Origin.NOT_SEEN_ON_MEDIUM)
              : new Origin(Origin.Medium.REMOVABLE, "on_medium", "", medium.passport());
      FileRef told =
          new FileRef(
              PathText.of(file) + ":" + found.stream(),
              found.kind().word(),
              found.size(),
              found.sha256(),
              found.unreadable(),
              ProgramFile.access(file).owner(),
              medium != null,
              true,
              FileTraits.NONE.placed("alternate_stream"));
      seen.add(new ProgramAppeared(now, told, origin, Described.process(event.by())));
    }
    for (String what : cut) {
      seen.add(new SensorLive(now, name(), true, what));
    }
  }

  private void written(FileEvent.Written event, Instant now) {
    Optional<Stamp> stamp = stamp(event.file()).filter(s -> s.size() >= SHORTEST);
    Optional<ProgramKind> kind = stamp.flatMap(s -> ProgramFile.kind(event.file(), buffer));
    if (stamp.isEmpty() || kind.isEmpty()) {
      return;
    }
    MountedVolume medium = media.of(event.file()).orElse(null);
    if (medium != null) {
      media.wasWritten(event.file(), stamp.get().size());
    }
    ProcessRef by = Described.process(event.by());
    List<ProcessRef> above = ParentChain.above(processes, event.by());
    Optional<Families.Family> family = families.of(PathText.of(event.file()), by, above);
    String host = WebOrigin.host(event.file());
    ProgramFile.Access access = ProgramFile.access(event.file());
    Sighting sighting =
        new Sighting(
            now,
            event.file(),
            kind.get().word(),
            access.owner(),
            access.mode(),
            Packages.Owner.UNKNOWN,
            medium,
            place(event.file(), medium),
            by,
            above,
            false,
            family
                .map(Families.Family::way)
                .orElse(host.isEmpty() ? Origin.Way.UNKNOWN : Origin.Way.BROWSER),
            host,
            "");
    if (!isForBurst(sighting)) { // otherwise it is asked for at the burst's end
      sighting = sighting.of(packages.owner(event.file()));
    }
    FileHash hash = hash(sighting, stamp.get());
    Judgement before = waitingByKey.get(keyOf(stamp.get(), event.file()));
    if (before != null && isReplacedBy(before, event.file())) {
      before.restart(sighting.seenAt(before.sighting().at()), hash);
    } else {
      enqueue(new Judgement(sighting, hash));
    }
  }

  /**
   * Whether this is the same program as one that waits: written once more, or given its name.
   * Installers write under one name and move to another.
   */
  private static boolean isReplacedBy(Judgement before, Path file) {
    Path at = before.sighting().file();
    return at.equals(file) || !Files.exists(at, LinkOption.NOFOLLOW_LINKS);
  }

  /** A start is told before the program is in place: only then it can be asked what it runs. */
  private void askInterpreters() {
    for (Interpreting one : List.copyOf(interpreters)) {
      one.asked++;
      Processes.Call call = processes.call(one.by.pid());
      // Windows tells one path in more than one spelling.
      if (call.executable().equalsIgnoreCase(one.by.executable())) {
        interpreters.remove(one);
        script(one, call).ifPresent(file -> started(file, one.by, one.since));
      } else if (one.asked >= ASKED_AT_MOST) {
        interpreters.remove(one); // it has ended, or runs something else by now
      }
    }
  }

  /** The file that an interpreter runs, when it is one that is told of when it is started. */
  private Optional<Path> script(Interpreting one, Processes.Call call) {
    try {
      return Interpreters.script(one.program, call.arguments())
          .map(given -> Path.of(call.folder()).resolve(given).normalize())
          .filter(file -> file.isAbsolute() && Files.isRegularFile(file));
    } catch (InvalidPathException e) {
      LOG.debug("pid={} was called with what is no path: {}", one.by.pid(), e.toString());
      return Optional.empty();
    }
  }

  private void started(FileEvent.Started event, Instant now) {
    if (Interpreters.isOne(event.file()) && interpreters.size() < MOST_INTERPRETERS) {
      interpreters.add(
          new Interpreting(
              event.file(),
              new ProcessFacts(
                  event.process().pid(),
                  PathText.of(event.file()),
                  event.process().user(),
                  event.process().parentPid()),
              now));
    }
    started(event.file(), event.process(), now);
  }

  private void started(Path file, ProcessFacts process, Instant now) {
    Stamp stamp = stamp(file).orElse(Stamp.GONE);
    MountedVolume medium = media.of(file).orElse(null);
    ProgramFile.Access access = ProgramFile.access(file);
    Sighting sighting =
        new Sighting(
            now,
            file,
            ProgramFile.kind(file, buffer).map(ProgramKind::word).orElse("unknown"),
            access.owner(),
            access.mode(),
            Packages.Owner.UNKNOWN,
            medium,
            place(file, medium),
            Described.process(process),
            ParentChain.above(processes, process),
            true,
            Origin.Way.UNKNOWN,
            "",
            "");
    if (!isWorthARecord(sighting, stamp) || isToldAlready(new Start(process.pid(), file), now)) {
      return;
    }
    sighting = sighting.of(packages.owner(file)).called(command(file, sighting.by()));
    FileHash hash = hash(sighting, stamp);
    if (stamp.equals(Stamp.GONE)) {
      hash.giveUp("not hashed: it was gone when it was looked at");
    }
    enqueue(new Judgement(sighting, hash));
  }

  /**
   * What the file says of itself, and of a whole one that did not change what the system thinks.
   */
  private Imprint imprint(Path file, FileHash hash) {
    Imprint said = hash.imprint();
    if (hash.sha256().isEmpty()) {
      return said;
    }
    Imprint vouched = Vouched.with(said, trust, file);
    if (vouched.equals(said)) {
      return said;
    }
    try {
      return Stamp.of(file).filter(hash.stamp()::equals).isPresent() ? vouched : said;
    } catch (IOException e) {
      return said;
    }
  }

  private FileHash hash(Sighting sighting, Stamp stamp) {
    return new FileHash(
        sighting.file(),
        stamp,
        settings.hashLimit(),
        !sighting.belongs().md5().isEmpty(),
        sighting.kind().equals(ProgramKind.PE.word()));
  }

  /** On a medium, its mount point says nothing: many desktops mount below /run. */
  private String place(Path file, @Nullable MountedVolume medium) {
    String place =
        places.of(
            medium == null
                ? PathText.slashed(file)
                : "/" + PathText.slashed(medium.mountPoint().relativize(file)),
            isWindows(file));
    return place.isEmpty() && HiddenAttribute.hides(file) ? "hidden_attribute" : place;
  }

  /** There the case of a name says nothing. */
  private static boolean isWindows(Path file) {
    return file.getFileSystem().getSeparator().equals("\\");
  }

  private boolean isWorthARecord(Sighting sighting, Stamp stamp) {
    return sighting.isOnMedium()
        || sighting.hidden()
        || known.hasPath(sighting.file())
        || known.find(sighting.file(), stamp).isPresent()
        || waitingByKey.containsKey(keyOf(stamp, sighting.file()));
  }

  private boolean isToldAlready(Start start, Instant now) {
    Instant before = starts.put(start, now);
    return before != null && Duration.between(before, now).compareTo(SAME_START) < 0;
  }

  private void enqueue(Judgement judgement) {
    waiting.add(judgement);
    if (!judgement.isStart()) {
      waitingByKey.put(keyOf(judgement.hash().stamp(), judgement.sighting().file()), judgement);
    }
  }

  private boolean isIdle() {
    return waiting.isEmpty() && unfinished.isEmpty() && media.isIdle();
  }

  private void judge(List<Observation> seen) {
    List<String> cut = new ArrayList<>();
    long budget = SLICE;
    while (budget > 0 && seen.size() < MOST_TOLD && !isIdle()) {
      Instant now = clock.instant();
      Judgement first = waiting.isEmpty() ? unfinished.peek() : waiting.peek();
      if (first == null) {
        budget -= media.isIndexed() ? media.hash(budget, buffer) : media.index(now, cut);
        continue;
      }
      Optional<KnownPrograms.Known> before = knownStart(first);
      if (before.isPresent()) {
        finished(first);
        start(first.sighting(), before.get().file(), before.get().origin()).ifPresent(seen::add);
      } else {
        budget -= first.advance(budget, now, settings, media, buffer, cut);
        if (first.origin().isPresent()) {
          finished(first);
          Sighting seenAs = first.sighting();
          record(first, first.origin().get().by(seenAs.way(), seenAs.host())).ifPresent(seen::add);
        }
      }
    }
    for (String what : cut) {
      seen.add(new SensorLive(clock.instant(), name(), true, what));
    }
  }

  /** What was started, when its record as a new program has been made. */
  private Optional<KnownPrograms.Known> knownStart(Judgement judgement) {
    return judgement.isStart()
        ? known.find(judgement.sighting().file(), judgement.hash().stamp())
        : Optional.empty();
  }

  private void finished(Judgement judgement) {
    (waiting.isEmpty() ? unfinished : waiting).remove();
    waitingByKey.remove(keyOf(judgement.hash().stamp(), judgement.sighting().file()), judgement);
    if (judgement.isUnfinished() && !judgement.isStart() && unfinished.size() < MOST_UNFINISHED) {
      unfinished.add(judgement.goOn());
    }
  }

  /** The record of a judged program; none when its content is what it was. */
  private Optional<Observation> record(Judgement judged, Origin origin) {
    Sighting sighting = judged.sighting();
    FileHash hash = judged.hash();
    FileRef file =
        new FileRef(
            PathText.of(sighting.file()),
            sighting.kind(),
            hash.stamp().size(),
            hash.sha256(),
            unreadable(judged),
            sighting.owner(),
            sighting.isOnMedium(),
            sighting.hidden(),
            sighting.traits(hash.md5(), imprint(sighting.file(), hash)));
    learn(hash, file, origin);
    if (judged.isStart()) {
      return start(sighting, file, origin);
    }
    if (known.says(sighting.file(), hash.stamp(), file, origin)) {
      return Optional.empty();
    }
    Optional<Families.Family> installer = installer(sighting, origin);
    if (installer.isPresent()) {
      bursts.add(
          installer.get().head(sighting.by(), sighting.above()),
          keyOf(hash.stamp(), sighting.file()),
          new Bursts.Held(
              sighting.at(), sighting.file(), hash.stamp(), file, origin, sighting.by()),
          clock.instant());
      return Optional.empty();
    }
    known.add(sighting.file(), new KnownPrograms.Known(hash.stamp(), file, origin));
    return Optional.of(new ProgramAppeared(sighting.at(), file, origin, sighting.by()));
  }

  /**
   * The package manager that put it in a place of the system, and not off a medium. Starts of such
   * are ordinary, and thousands a day.
   */
  private Optional<Families.Family> installer(Sighting sighting, Origin origin) {
    return origin.isRemovable() || !isForBurst(sighting)
        ? Optional.empty()
        : families
            .of(PathText.of(sighting.file()), sighting.by(), sighting.above())
            .filter(family -> family.way() == Origin.Way.PACKAGE);
  }

  private boolean isForBurst(Sighting sighting) {
    return sighting.way() == Origin.Way.PACKAGE
        && !sighting.isOnMedium()
        && !sighting.hidden()
        && !places.isUsers(PathText.slashed(sighting.file()));
  }

  private String unreadable(Judgement judged) {
    return judged.hash().isDone()
        ? judged.hash().unreadable()
        : "not hashed within "
            + settings.hashPatience().toSeconds()
            + " s"
            + (judged.isStart() ? "" : "; another record says more when it is");
  }

  /** So that a copy of it is linked to the medium too, and a copy of the copy. */
  private void learn(FileHash hash, FileRef file, Origin origin) {
    if (origin.isRemovable()) {
      media.learn(
          hash.sha256(),
          file.removable()
              ? new Origin(origin.medium(), "same_hash", file.path(), origin.passport())
              : origin);
    }
  }

  /**
   * The record of a start. What comes off a medium or hides is never taken for usual: each start of
   * it has a record.
   */
  private Optional<Observation> start(Sighting sighting, FileRef file, Origin origin) {
    boolean usual = !sighting.isOnMedium() && !sighting.hidden() && !origin.isRemovable();
    long times =
        usual ? memory.started(PathText.of(sighting.file()), file.sha256(), sighting.at()) : 1;
    if (times == 0) {
      return Optional.empty();
    }
    List<ProcessRef> above = sighting.above();
    return Optional.of(
        new ProgramStarted(
            sighting.at(),
            new FileRef(
                PathText.of(sighting.file()),
                file.kind(),
                file.size(),
                file.sha256(),
                file.unreadable(),
                file.owner(),
                sighting.isOnMedium(),
                sighting.hidden(),
                file.traits().placed(sighting.place())),
            origin,
            sighting.by(),
            above.isEmpty() ? ProcessRef.UNKNOWN : above.get(0),
            above.isEmpty() ? above : above.subList(1, above.size()),
            times,
            interpreter(sighting),
            Secrets.masked(command(sighting))));
  }

  /** Kept from its start on, since many have ended when the file is hashed. */
  private String command(Sighting sighting) {
    return sighting.command().isEmpty()
        ? command(sighting.file(), sighting.by())
        : sighting.command();
  }

  /** At the word of its start a process may still be what started it, with the words of that. */
  private String command(Path file, ProcessRef by) {
    Processes.Call call = processes.call(by.pid());
    String runs = call.executable();
    return runs.equals(PathText.of(file)) || (!runs.isEmpty() && runs.equals(by.executable()))
        ? call.line()
        : "";
  }

  /** Who runs a script is a process of another program. */
  private static String interpreter(Sighting sighting) {
    String program = sighting.by().executable();
    return program.isEmpty() || program.equals(PathText.of(sighting.file())) ? "" : program;
  }

  private static Object keyOf(Stamp stamp, Path file) {
    return Objects.requireNonNullElse(stamp.key(), file);
  }

  /** The file as it is now; empty when it is gone, or no regular file. */
  private static Optional<Stamp> stamp(Path file) {
    try {
      return Stamp.of(file);
    } catch (IOException e) {
      LOG.debug("file={} was gone before it could be looked at: {}", file, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public List<Observation> last() {
    List<Observation> held = new ArrayList<>();
    endBursts(Instant.MAX, held);
    return held;
  }

  @Override
  public boolean mayLookLater() throws IOException {
    return files.keepsAll();
  }

  @Override
  public boolean isBehind() throws IOException {
    return !isIdle() || files.kept() > 0;
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return true;
  }

  @Override
  public void wake() {
    files.wake();
  }

  @Override
  public void close() {
    memory.write();
    files.close();
  }
}
