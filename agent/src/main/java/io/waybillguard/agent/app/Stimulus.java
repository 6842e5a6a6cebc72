package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.report.LoopbackProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Something that is done so that a sensor has something to see, and how its record is told from all
 * others: by a name of chance, by the number of the process that did it, or by a port that nobody
 * else has. What looks alike and is not exactly this counts as anybody's doing.
 */
final class Stimulus implements Trial {
  /** A setting that makes a record of more than this only is not tried. */
  private static final long MOST_SENT = 16L << 20;

  private final String type;
  private final String what;
  private final Predicate<Json.Obj> isIt;
  private final AutoCloseable planted;

  private Stimulus(String type, String what, Predicate<Json.Obj> isIt, AutoCloseable planted) {
    this.type = type;
    this.what = what;
    this.isIt = isIt;
    this.planted = planted;
  }

  /** Whether a sensor can be shown anything, and if not, why: the key of the words for it. */
  static Optional<String> cannotBeGiven(String sensor, Config.Sensors settings) {
    return switch (sensor) {
      case "program" -> Optional.empty();
      case "image" ->
          settings.image().folders().isEmpty() ? Optional.of("folders") : Optional.empty();
      case "upload" ->
          settings.upload().recordFrom() > MOST_SENT ? Optional.of("size") : Optional.empty();
      default -> Optional.of("hand");
    };
  }

  /**
   * Does it. Only for a sensor that {@link #cannotBeGiven} has nothing against.
   *
   * @throws IOException if it cannot be done
   */
  static Stimulus give(String sensor, Config.Sensors settings)
      throws IOException, InterruptedException {
    return switch (sensor) {
      case "program" -> program();
      case "image" -> image(Path.of(settings.image().folders().get(0)).toRealPath());
      case "upload" -> upload(settings.upload().recordFrom());
      default -> throw new IllegalArgumentException("nothing can be shown to sensor " + sensor);
    };
  }

  private static Stimulus program() throws IOException, InterruptedException {
    PlantedProgram planted = PlantedProgram.plant();
    String path = planted.file().toString();
    return new Stimulus("program.new", path, e -> text(e, "file", "path").equals(path), planted);
  }

  private static Stimulus image(Path folder) throws IOException, InterruptedException {
    PlantedImage planted = PlantedImage.plant(folder);
    return new Stimulus(
        "image.made",
        planted.file().toString(),
        e -> number(e, "actor", "process", "pid") == planted.writer(),
        planted);
  }

  private static Stimulus upload(long bytes) throws IOException {
    int port;
    try (LoopbackProbe probe = LoopbackProbe.open()) {
      probe.connect();
      probe.send(bytes);
      port = probe.port();
    }
    return new Stimulus(
        "net.sent",
        Integer.toString(port),
        e -> number(e, "dst_endpoint", "port") == port && isOwn(e),
        () -> {});
  }

  /** Of a connection as short as this one the owner is not always known. */
  private static boolean isOwn(Json.Obj event) {
    long pid = number(event, "actor", "process", "pid");
    return pid <= 0 || pid == ProcessHandle.current().pid();
  }

  private static String text(Json.Obj event, String in, String key) {
    return object(event, in).map(o -> o.text(key, "")).orElse("");
  }

  private static long number(Json.Obj event, String... path) {
    Optional<Json.Obj> in = Optional.of(event);
    for (int i = 0; i < path.length - 1; i++) {
      String key = path[i];
      in = in.flatMap(o -> object(o, key));
    }
    return in.map(o -> o.number(path[path.length - 1], -1)).orElse(-1L);
  }

  private static Optional<Json.Obj> object(Json.Obj event, String key) {
    return event.find(key).filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast);
  }

  /** The type of the record that the sensor makes of it. */
  String type() {
    return type;
  }

  @Override
  public String what() {
    return what;
  }

  @Override
  public Optional<Seen> seen(Path data, Instant since) throws IOException {
    try (LogReader log = LogReader.open(data)) {
      // A millisecond earlier: times in the log are whole ones.
      Optional<ShownRecord> record = ShownRecord.first(log, type, since.minusMillis(1), isIt);
      return record.map(
          r ->
              new Seen(
                  Instant.ofEpochMilli(r.event().orElseThrow().number("time", 0)),
                  r.entry().seq()));
    } catch (EvidenceException e) {
      throw new IOException("the log cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether a record of that type is about this and nothing else. */
  boolean isIt(Json.Obj event) {
    return isIt.test(event);
  }

  @Override
  public void close() throws IOException {
    takeAway(planted, what);
  }

  static void takeAway(AutoCloseable planted, String what) throws IOException {
    try {
      planted.close();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("what was planted at " + what + " could not be taken away", e);
    }
  }
}
