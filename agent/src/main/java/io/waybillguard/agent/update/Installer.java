package io.waybillguard.agent.update;

import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the package that HQ ordered, judges the version that then runs, and puts the one before
 * back unless it is healthy in time. It is a process of its own, from the program of the version
 * before, and trusts nothing that the agent left: the package is looked at anew, on a copy.
 *
 * <p>Before each part is begun, which it is lies on the disk. What was cut off at any moment begins
 * there again, and ends with one of the two versions and a last word.
 */
public final class Installer {
  private static final Logger LOG = LoggerFactory.getLogger(Installer.class);
  private static final String HEALTHY = "healthy";
  private static final String ROLLED_BACK = "rolled_back";
  private static final String FAILED = "failed";

  private final Handover handover;
  private final Path own;
  private final Ground ground;
  private final LongSupplier monoMicros;

  /** When a version that is judged has to be healthy; begins anew with the process. */
  private Optional<Long> deadline = Optional.empty();

  /** What is being done. */
  private enum Part {
    CHECKING,
    INSTALLING,
    JUDGING,
    SETTLING,
    PUTTING_BACK;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param data the agent's data folder
   * @param own a folder of the installer's, which nobody but the system and its administrators may
   *     enter
   * @param monoMicros what waits are measured by, in µs; never runs backwards
   */
  public Installer(Path data, Path own, Ground ground, LongSupplier monoMicros) {
    this.handover = new Handover(data);
    this.own = own;
    this.ground = ground;
    this.monoMicros = monoMicros;
  }

  /**
   * Does what there is to do and does not wait for a version to become healthy.
   *
   * @return false once there is nothing to do any more
   * @throws IOException if it could not; to be tried again after a pause
   */
  public boolean step() throws IOException, InterruptedException {
    Optional<Handover.Taken> taken = handover.take();
    if (taken.isEmpty()) {
      return false;
    }
    Handover.Taken order = taken.get();
    if (handover.outcome().filter(o -> o.id().equals(order.id())).isPresent()) {
      handover.release(); // cut off behind the last word
      return false;
    }
    return switch (part(order)) {
      case CHECKING -> check(order);
      case INSTALLING -> install(order);
      case JUDGING -> judge(order);
      case SETTLING -> settle(order);
      case PUTTING_BACK -> putBack(order);
    };
  }

  private boolean check(Handover.Taken order) throws IOException {
    SecretFile.folder(own);
    try {
      copy(handover.packageFile(), setup());
      copy(handover.releaseFile(), own.resolve("release"));
    } catch (IOException e) {
      return end(order, FAILED, "the package could not be copied: " + e.getMessage());
    }
    try {
      String signed = ground.check(setup(), own.resolve("release"));
      if (!signed.equals(order.version())) {
        return end(
            order, FAILED, "version " + signed + " is signed, ordered is " + order.version());
      }
    } catch (Ground.Unfit e) {
      return end(order, FAILED, String.valueOf(e.getMessage()));
    }
    return go(order, Part.INSTALLING, "");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel written = FileChannel.open(to, StandardOpenOption.WRITE)) {
      written.force(true);
    }
  }

  private boolean install(Handover.Taken order) throws IOException, InterruptedException {
    if (ground.installed().equals(order.version())) {
      return go(order, Part.JUDGING, ""); // cut off behind it
    }
    Ground.Ended ended = ground.lay(setup());
    String installed = ground.installed();
    if (ended.code() == 0 && installed.equals(order.version())) {
      return go(order, Part.JUDGING, "");
    }
    String why =
        "the setup program of version "
            + order.version()
            + " ended with "
            + ended.code()
            + ": "
            + ended.said();
    if (installed.equals(order.from()) && ground.runs()) {
      return end(order, ended.code() == Ground.WENT_BACK ? ROLLED_BACK : FAILED, why);
    }
    return go(order, Part.PUTTING_BACK, why);
  }

  private boolean judge(Handover.Taken order) throws IOException {
    String installed = ground.installed();
    if (!installed.equals(order.version())) {
      return end(
          order,
          installed.equals(order.from()) ? ROLLED_BACK : FAILED,
          installed.isEmpty()
              ? "the agent was removed meanwhile"
              : "version " + installed + " was installed by somebody else meanwhile");
    }
    boolean runs = ground.runs();
    Optional<Handover.Health> health =
        handover
            .health()
            .filter(h -> runs && h.id().equals(order.id()) && h.version().equals(order.version()));
    if (health.isPresent() && health.get().healthy()) {
      return go(order, Part.SETTLING, "");
    }
    long now = monoMicros.getAsLong();
    long patience = Duration.ofMinutes(order.minutes()).toNanos() / 1000;
    if (deadline.isEmpty()) {
      deadline = Optional.of(now + patience);
    }
    if (now < deadline.get()) {
      return true;
    }
    String why =
        health
            .map(Handover.Health::why)
            .orElse("version " + order.version() + " does not say how it is");
    if (why.isEmpty()) {
      // All is well but HQ. Is it this version, or the network? The version before is asked.
      if (!ground.reachesHq()) {
        deadline = Optional.of(now + patience);
        return true;
      }
      why =
          "HQ answers version "
              + order.from()
              + " and has taken no report of version "
              + order.version();
    }
    return go(order, Part.PUTTING_BACK, why);
  }

  /** A version that is well is not given up for an entry in a list. */
  private boolean settle(Handover.Taken order) throws IOException, InterruptedException {
    Ground.Ended ended = ground.settle(setup());
    return end(
        order,
        HEALTHY,
        ended.code() == 0
            ? ""
            : "the list of programs still shows version "
                + order.from()
                + ": the setup program ended with "
                + ended.code()
                + ": "
                + ended.said());
  }

  private boolean putBack(Handover.Taken order) throws IOException, InterruptedException {
    String why = kept(order).getOrDefault("why", "");
    try {
      ground.putBack(order.version());
    } catch (IOException e) {
      return end(
          order,
          FAILED,
          why
              + "; and version "
              + order.from()
              + " could not be put back: "
              + String.valueOf(e.getMessage()));
    }
    return end(order, ROLLED_BACK, why);
  }

  private boolean end(Handover.Taken order, String result, String why) throws IOException {
    LOG.info("update={} version={} {} {}", order.id(), order.version(), result, why);
    handover.end(new Handover.Outcome(order.id(), result, why));
    for (String name : new String[] {"state", "setup.exe", "release"}) {
      Files.deleteIfExists(own.resolve(name));
    }
    return false;
  }

  private Path setup() {
    return own.resolve("setup.exe");
  }

  private boolean go(Handover.Taken order, Part next, String why) throws IOException {
    LOG.info("update={} is {} {}", order.id(), next.word(), why);
    String text =
        "id=" + order.id() + "\npart=" + next.word() + "\nwhy=" + Handover.oneLine(why) + "\n";
    SecretFile.write(own.resolve("state"), text.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  /** What was kept of this order; an earlier one's is nobody's business. */
  private Map<String, String> kept(Handover.Taken order) throws IOException {
    Map<String, String> kept = Handover.values(own.resolve("state"));
    return kept.getOrDefault("id", "").equals(order.id()) ? kept : Map.of();
  }

  private Part part(Handover.Taken order) throws IOException {
    return Part.valueOf(
        kept(order).getOrDefault("part", Part.CHECKING.word()).toUpperCase(Locale.ROOT));
  }
}
