package io.waybillguard.agent.sense.image;

import io.waybillguard.agent.event.ImagesHandled.Act;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.sense.Described;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who makes, reads, copies, moves and packs the images in the scan folders. A copy elsewhere is
 * known by size and then by hash; an archive by being written by who had read images. Copies and
 * archives are followed: who reads one of them has the images that are in it.
 *
 * <p>It keeps sums, hashes and names and never content. What it sums up is recorded within the
 * interval of {@link ImageSettings}; when the agent is killed, the sums of the last interval are
 * lost.
 */
public final class ImageSensor implements Sensor {
  private static final Logger LOG = LoggerFactory.getLogger(ImageSensor.class);

  /** Larger files are no single waybill, and are not hashed. */
  private static final long LARGEST_IMAGE = 64L << 20;

  /** Images to hash before the next look at new events: some 10 ms each. */
  private static final int HASHES_A_STEP = 4;

  private static final int MOST_TO_HASH = 4096;

  /** Folders below a scan folder are looked into this deep, for what is there at the start. */
  private static final int DEEPEST = 8;

  private static final int MOST_AT_START = 50_000;

  /**
   * A file in an unknown format counts as packed images when it is half as large as what its writer
   * had read, and no thumbnail.
   */
  private static final long SMALLEST_PACK = 64 << 10;

  private final FileActivity files;
  private final Processes processes;
  private final InstantSource clock;
  private final Watchword watchword;
  private final ImageSettings settings;
  private final Images images = new Images();
  private final Lineage lineage;
  private final Tallies tallies;
  private final Deque<Images.Image> toHash = new ArrayDeque<>();
  private boolean begun;
  private @Nullable Instant lastGoodLook;

  /**
   * @param files must tell of reading in the folders of the settings
   * @param processes asked who started a process
   */
  public ImageSensor(
      FileActivity files, Processes processes, InstantSource clock, ImageSettings settings) {
    this.files = files;
    this.processes = processes;
    this.clock = clock;
    this.watchword = new Watchword(clock);
    this.settings = settings;
    this.lineage = new Lineage(processes);
    this.tallies = new Tallies(settings.summaryEvery());
  }

  @Override
  public String name() {
    return "image";
  }

  @Override
  public Sight open() throws IOException {
    FileActivity.View view = files.open();
    if (!begun) {
      for (Path folder : settings.folders()) {
        learnWhatIsThere(folder);
      }
      begun = true;
    }
    return new Sight(
        view.reduced(), settings.folders().size() + " scan folders; " + view.detail(), List.of());
  }

  /** What was there before is known by size; its hash is worked out when a copy may be one. */
  private void learnWhatIsThere(Path folder) {
    if (!Files.isDirectory(folder)) {
      return; // the view says so
    }
    try (Stream<Path> all = Files.walk(folder, DEEPEST)) {
      all.filter(FileKind::isImageName)
          .limit(MOST_AT_START)
          .forEach(file -> Images.Stamp.of(file).ifPresent(s -> images.add(file, s, "")));
    } catch (IOException | java.io.UncheckedIOException e) {
      LOG.warn("folder={} cannot be read to its end: {}", folder, e.toString());
    }
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    Duration wait = toHash.isEmpty() ? tallies.patience(clock.instant(), patience) : Duration.ZERO;
    List<Observation> seen = new ArrayList<>();
    for (FileEvent event : files.await(wait)) {
      take(event, seen);
    }
    Instant now = clock.instant();
    lastGoodLook = now;
    for (int i = 0; i < HASHES_A_STEP && !toHash.isEmpty(); i++) {
      hash(toHash.remove());
    }
    seen.addAll(tallies.due(now));
    return seen;
  }

  private void take(FileEvent event, List<Observation> seen) {
    Instant now = clock.instant();
    if (event instanceof FileEvent.Written written) {
      written(written.file(), written.by(), now);
    } else if (event instanceof FileEvent.Read read) {
      read(read.file(), read.by(), now);
    } else if (event instanceof FileEvent.Shown shown) {
      boolean unused = watchword.isIt(PathText.of(shown.file()));
    } else if (event instanceof FileEvent.Unwatched unwatched) {
      seen.add(new SensorLive(now, name(), true, unwatched.detail()));
    } else if (event instanceof FileEvent.ViewChanged changed) {
      seen.add(new SensorLive(now, name(), changed.view().reduced(), changed.view().detail()));
    } else if (event instanceof FileEvent.Lost lost) {
      Instant since = lastGoodLook == null ? now : lastGoodLook;
      String folder = PathText.of(lost.folder());
      seen.add(new SensorBlind(now, name(), since, folder + ": " + lost.cause()));
      seen.add(new SensorBack(now, name(), since, now, folder + " was looked over again"));
    }
  }

  private void written(Path file, ProcessFacts by, Instant now) {
    Optional<Images.Stamp> there = Images.Stamp.of(file);
    if (there.isEmpty() || there.get().size() == 0) {
      return;
    }
    Images.Stamp stamp = there.get();
    Images.Image known = images.byKey(stamp.key());
    Lineage.Carrier carrier = lineage.byKey(stamp.key());
    if (known != null && isStill(known, file, stamp)) {
      writtenAgain(known, file, stamp, by, now);
    } else if (carrier != null && !carrier.file.equals(file) && carrier.size == stamp.size()) {
      List<Images.Image> carried = List.copyOf(carrier.images);
      did(Act.MOVED, by, carrier.file, file, carried, now);
      lineage.renamed(carrier, file);
    } else if (isInScanFolder(file) && FileKind.of(file) == FileKind.IMAGE) {
      Images.Image image = images.add(file, stamp, by.executable());
      if (toHash.size() < MOST_TO_HASH) {
        toHash.add(image);
      }
      did(Act.MADE, by, file, null, List.of(image), now);
    } else if (!copied(file, stamp, by, now)) {
      packed(file, stamp, by, now);
    }
  }

  /**
   * Whether a file is that image. The system gives the identity of a deleted file to the next new
   * one, so under another name it must have the same bytes.
   */
  private static boolean isStill(Images.Image image, Path file, Images.Stamp stamp) {
    return image.file.equals(file)
        || (image.size == stamp.size()
            && (image.sha256.isEmpty() || image.sha256.equals(sha256(file, stamp.size()))));
  }

  /** A file that is an image already was written once more, or has another name. */
  private void writtenAgain(
      Images.Image image, Path file, Images.Stamp stamp, ProcessFacts by, Instant now) {
    Path before = image.file;
    if (before.equals(file)) {
      images.changed(image, file, stamp.size());
      toHash.add(image);
      return;
    }
    String sha256 = image.sha256;
    images.changed(image, file, stamp.size());
    image.sha256 = sha256;
    if (!isInScanFolder(file)) {
      did(Act.MOVED, by, before, file, List.of(image), now);
      carries(stamp, file, List.of(image));
    } else if (!by.executable().equals(image.maker)) {
      // Scanners write under one name and move to another; others have no business to.
      did(Act.MOVED, by, before, null, List.of(image), now);
    }
  }

  /** Whether the bytes are those of an image that we know. */
  private boolean copied(Path file, Images.Stamp stamp, ProcessFacts by, Instant now) {
    List<Images.Image> asLong = images.ofSize(stamp.size());
    if (asLong.isEmpty() || FileKind.of(file) != FileKind.IMAGE) {
      return false;
    }
    String sha256 = sha256(file, stamp.size());
    List<Images.Image> same = new ArrayList<>();
    for (Images.Image image : asLong) {
      hash(image);
      if (!sha256.isEmpty() && image.sha256.equals(sha256)) {
        same.add(image);
      }
    }
    if (same.isEmpty()) {
      return false;
    }
    // Blank pages are alike: the copy is of one of them, of whichever was read if one was.
    List<Images.Image> inHand = lineage.inHand(by, now);
    Images.Image original =
        same.stream().filter(inHand::contains).findFirst().orElse(same.get(same.size() - 1));
    did(Act.COPIED, by, original.file, file, List.of(original), now);
    carries(stamp, file, List.of(original));
    return true;
  }

  private void packed(Path file, Images.Stamp stamp, ProcessFacts by, Instant now) {
    List<Images.Image> inHand = lineage.inHand(by, now);
    if (inHand.isEmpty()) {
      return;
    }
    long read = inHand.stream().mapToLong(image -> image.size).sum();
    boolean isLarge = stamp.size() >= SMALLEST_PACK && stamp.size() >= read / 2;
    if (isLarge || FileKind.of(file) == FileKind.ARCHIVE) {
      did(Act.PACKED, by, inHand.get(0).file, file, inHand, now);
      carries(stamp, file, inHand);
    }
  }

  private void carries(Images.Stamp stamp, Path file, List<Images.Image> carried) {
    lineage.carries(stamp.key(), file, stamp.size(), carried);
    try {
      files.follow(file);
    } catch (IOException e) {
      // Gone again, or no room: who reads it is not seen then.
      LOG.debug("file={} cannot be followed: {}", file, e.toString());
    }
  }

  private void read(Path file, ProcessFacts by, Instant now) {
    Lineage.Carrier carrier = lineage.byPath(file);
    List<Images.Image> had;
    if (carrier != null) {
      had = List.copyOf(carrier.images);
    } else {
      Images.Image image = images.byPath(file);
      if (image == null && isInScanFolder(file) && FileKind.isImageName(file)) {
        image = Images.Stamp.of(file).map(stamp -> images.add(file, stamp, "")).orElse(null);
      }
      had = image == null ? List.of() : List.of(image);
    }
    if (!had.isEmpty()) {
      lineage.read(by, had, now);
      did(Act.READ, by, file, null, had, now);
    }
  }

  private void did(
      Act act,
      ProcessFacts by,
      Path file,
      @Nullable Path result,
      List<Images.Image> done,
      Instant now) {
    ProcessFacts parent = processes.of(by.parentPid());
    tallies.add(
        new Tallies.Deed(
            now,
            act,
            Described.process(by),
            Described.process(parent),
            settings.allowed().includes(by.executable()),
            file,
            result,
            result == null ? "" : settings.destinations().ofFolder(PathText.of(result))),
        done);
  }

  private boolean isInScanFolder(Path file) {
    return settings.folders().stream().anyMatch(file::startsWith);
  }

  private void hash(Images.Image image) {
    if (image.sha256.isEmpty()) {
      image.sha256 = sha256(image.file, image.size);
    }
  }

  /** Lower-case hex; "" when the file is gone, has another size by now, or is too large. */
  private static String sha256(Path file, long size) {
    if (size > LARGEST_IMAGE) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] all = in.readNBytes((int) size + 1);
      return all.length == size
          ? HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all))
          : "";
    } catch (IOException e) {
      LOG.debug("file={} cannot be hashed: {}", file, e.toString());
      return "";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime must have SHA-256; this one has not", e);
    }
  }

  @Override
  public List<Observation> last() {
    return List.copyOf(tallies.due(Instant.MAX));
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return true;
  }

  @Override
  public boolean isBehind() throws IOException {
    return files.kept() > 0;
  }

  @Override
  public void wake() {
    files.wake();
  }

  @Override
  public void close() {
    files.close();
  }
}
