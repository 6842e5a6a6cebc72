package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.linux.LinuxSigns;
import io.waybillguard.agent.report.LoopbackProbe;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.persistence.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A sign on the way on which a sensor sees everything else, of which it makes no record: the
 * kernel's own message about a device that did not change, a meaningless number in the queue of an
 * input device, a file that starts nothing beside those that do, a connection to this process
 * itself.
 */
final class ShownSign implements Trial {
  private static final SecureRandom CHANCE = new SecureRandom();
  private static final int WORD_BYTES = 12;

  /** Linux keeps what is below it in memory: nothing is written to a disk there. */
  private static final String IN_MEMORY = "/run/";

  private final Sign sign;
  private final String what;
  private final AutoCloseable planted;

  private ShownSign(Sign sign, String what, AutoCloseable planted) {
    this.sign = sign;
    this.what = what;
    this.planted = planted;
  }

  /**
   * Whether a sensor can be shown a sign here, and if not, why: the key of the words for it.
   *
   * @throws IOException if that cannot be told
   */
  static Optional<String> cannotBeGiven(String sensor, Config.Sensors settings) throws IOException {
    if (!SensorCheckup.isLinux()) {
      return Optional.of("hand");
    }
    return switch (sensor) {
      case "usb" -> unless(new LinuxSigns().repeatable().isPresent(), "rights");
      case "presence" -> unless(new LinuxSigns().input().isPresent(), "input");
      case "persistence" -> unless(watchedFolder().isPresent(), "rights");
      case "image" -> unless(!settings.image().folders().isEmpty(), "folders");
      case "session", "program", "upload" -> Optional.empty();
      default -> Optional.of("hand");
    };
  }

  private static Optional<String> unless(boolean can, String why) {
    return can ? Optional.empty() : Optional.of(why);
  }

  /** Whether a sensor sees signs also when it sees less than it could otherwise. */
  static boolean isSeenWhenReduced(String sensor) {
    return List.of("usb", "presence", "persistence", "session").contains(sensor);
  }

  /**
   * Gives one.
   *
   * @param expect tells the sensor what to look for; false when it is not ready to see it
   * @return empty when there is none for it here, or it is not ready
   * @throws IOException if it cannot be given
   */
  static Optional<ShownSign> give(String sensor, Config.Sensors settings, Predicate<Sign> expect)
      throws IOException {
    if (cannotBeGiven(sensor, settings).isPresent()) {
      return Optional.empty();
    }
    return switch (sensor) {
      case "usb" -> repeated(expect);
      case "presence" -> sent(expect);
      case "persistence" -> file(watchedFolder().orElseThrow(), "~", false, expect);
      case "session" -> connected(false, expect);
      case "upload" -> connected(true, expect);
      // Both are told of all file systems by one queue: no need to disturb a scan folder so often.
      case "program", "image" ->
          file(Path.of(System.getProperty("java.io.tmpdir")), "", true, expect);
      default -> Optional.empty();
    };
  }

  private static Optional<ShownSign> repeated(Predicate<Sign> expect) throws IOException {
    Path device = new LinuxSigns().repeatable().orElseThrow();
    UUID word = UUID.randomUUID();
    Sign sign = new Sign(word.toString());
    if (!expect.test(sign)) {
      return Optional.empty();
    }
    new LinuxSigns().repeat(device, word);
    return Optional.of(new ShownSign(sign, device + " " + word, () -> {}));
  }

  private static Optional<ShownSign> sent(Predicate<Sign> expect) throws IOException {
    Path device = new LinuxSigns().input().orElseThrow();
    int number = CHANCE.nextInt();
    Sign sign = new Sign(Integer.toString(number));
    if (!expect.test(sign)) {
      return Optional.empty();
    }
    new LinuxSigns().send(device, number);
    return Optional.of(new ShownSign(sign, device + " " + number, () -> {}));
  }

  /**
   * A connection of one byte.
   *
   * @param over whether it ends at once, and does not stand until this is closed
   */
  private static Optional<ShownSign> connected(boolean over, Predicate<Sign> expect)
      throws IOException {
    LoopbackProbe probe = LoopbackProbe.open();
    Sign sign = new Sign(Integer.toString(probe.port()));
    boolean done = false;
    try {
      if (!expect.test(sign)) {
        return Optional.empty();
      }
      probe.connect();
      probe.send(1);
      String port = Integer.toString(probe.port());
      done = !over;
      return Optional.of(new ShownSign(sign, port, over ? () -> {} : probe));
    } finally {
      if (!done) {
        probe.close();
      }
    }
  }

  /**
   * An empty file, gone when this is closed.
   *
   * @param byPath whether the sensor is told of whole paths, or of names
   */
  private static Optional<ShownSign> file(
      Path folder, String ending, boolean byPath, Predicate<Sign> expect) throws IOException {
    byte[] word = new byte[WORD_BYTES];
    CHANCE.nextBytes(word);
    Path file =
        folder.toRealPath().resolve(FileEvent.SIGN + HexFormat.of().formatHex(word) + ending);
    Sign sign = new Sign(byPath ? PathText.of(file) : file.getFileName().toString());
    if (!expect.test(sign)) {
      return Optional.empty();
    }
    Files.write(file, new byte[0]);
    return Optional.of(new ShownSign(sign, file.toString(), () -> Files.deleteIfExists(file)));
  }

  /**
   * A folder that the sensor of what starts by itself watches whole, one in memory where there is
   * one. A file there whose name ends in "~" is one that no reader of such folders takes.
   */
  private static Optional<Path> watchedFolder() throws IOException {
    List<Path> whole =
        Sensors.points().stream()
            .flatMap(point -> point.places().stream())
            .map(Point.Place::paths)
            .flatMap(List::stream)
            .filter(pattern -> pattern.startsWith("/") && pattern.matches("[^*]+/\\*{1,2}"))
            .map(pattern -> Path.of(pattern.substring(0, pattern.lastIndexOf('/'))))
            .filter(folder -> Files.isDirectory(folder) && Files.isWritable(folder))
            .toList();
    return Stream.concat(
            whole.stream().filter(folder -> folder.startsWith(IN_MEMORY)), whole.stream())
        .findFirst();
  }

  @Override
  public String what() {
    return what;
  }

  @Override
  public Optional<Seen> seen(Path data, Instant since) {
    return sign.seen().map(at -> new Seen(at, -1));
  }

  /** Whether its sensor has seen it. */
  boolean isSeen() {
    return sign.seen().isPresent();
  }

  @Override
  public void close() throws IOException {
    Stimulus.takeAway(planted, what);
  }
}
