package io.waybillguard.agent.sense.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.ImagesHandled.Act;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorBack;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.memory.Churn;
import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.sense.AllowedPrograms;
import io.waybillguard.agent.sense.Destinations;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files; what the kernel would tell of them is told by the test. */
final class ImageSensorTest implements SensorContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final ProcessFacts SHELL = new ProcessFacts(40, "/bin/bash", "desk", 1);
  private static final ProcessFacts SCANNER = new ProcessFacts(50, "/opt/scan", "desk", 1);

  @TempDir Path folder;
  private final HandClock clock = new HandClock(Instant.parse("2026-06-12T04:00:00Z"));
  private final Told kernel = new Told();
  private final Random random = new Random(571);
  private final List<ImagesHandled> seen = new ArrayList<>();
  private final List<Observation> others = new ArrayList<>();
  private Path scan;
  private ImageSensor sensor;

  /** What the kernel tells, who runs what, and which files it was asked to follow. */
  private static final class Told implements FileActivity, Processes {
    final List<FileEvent> events = new ArrayList<>();
    final List<Path> followed = new ArrayList<>();
    final Map<Long, ProcessFacts> known = new HashMap<>(Map.of(40L, SHELL));
    Duration lastPatience = Duration.ZERO;

    @Override
    public View open() {
      return new View(false, "what a test tells");
    }

    @Override
    public List<FileEvent> await(Duration patience) {
      lastPatience = patience;
      List<FileEvent> told = List.copyOf(events);
      events.clear();
      return told;
    }

    @Override
    public void follow(Path file) {
      followed.add(file);
    }

    @Override
    public ProcessFacts of(long pid) {
      return known.getOrDefault(pid, ProcessFacts.UNKNOWN);
    }

    @Override
    public void wake() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() throws IOException {
    scan = Files.createDirectory(folder.toRealPath().resolve("scan"));
    sensor = sensorOf(scan);
  }

  private ImageSensor sensorOf(Path place) {
    return new ImageSensor(
        kernel,
        kernel,
        clock,
        new ImageSettings(
            List.of(place),
            new AllowedPrograms(List.of(new AllowedPrograms.Program("/opt/scan", ""))),
            new Destinations(
                List.of(
                    new Destinations.Destination(
                        "wechat", List.of(), List.of(), List.of(), List.of("xwechat_files")))),
            MINUTE));
  }

  @Override
  public Sensor sensor() {
    return sensor;
  }

  private static ProcessFacts process(long pid, String program, long parent) {
    return new ProcessFacts(pid, program, "desk", parent);
  }

  private byte[] image() {
    byte[] bytes = new byte[100_000 + random.nextInt(900_000)];
    random.nextBytes(bytes);
    bytes[0] = (byte) 0xff;
    bytes[1] = (byte) 0xd8;
    bytes[2] = (byte) 0xff;
    return bytes;
  }

  private Path scanned(String name) throws IOException {
    return written(scan.resolve(name), image(), SCANNER);
  }

  private Path written(Path file, byte[] content, ProcessFacts by) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    kernel.events.add(new FileEvent.Written(file, by));
    sense();
    return file;
  }

  private void read(Path file, ProcessFacts by) throws IOException {
    kernel.events.add(new FileEvent.Read(file, by));
    sense();
  }

  private void sense() throws IOException {
    for (Observation one : sensor.sense(Duration.ZERO)) {
      if (one instanceof ImagesHandled handled) {
        seen.add(handled);
      } else {
        others.add(one);
      }
    }
  }

  /** Time goes by, so that every sum is recorded. */
  private void later() throws IOException {
    clock.pass(MINUTE);
    clock.pass(Duration.ofSeconds(3));
    sense();
  }

  private ImagesHandled only(Act act, String program) {
    List<ImagesHandled> found =
        seen.stream().filter(h -> h.act() == act && h.by().executable().equals(program)).toList();
    assertEquals(1, found.size(), () -> act + " by " + program + " among " + seen);
    return found.get(0);
  }

  @Test
  void aMillionProcessesThatReadTakeTheRoomOfSome() throws Exception {
    sensor.open();
    Path there = scanned("day/there.jpg");
    Churn.millionThrough(
        sensor,
        i -> {
          ProcessFacts by = process(100 + i, "/opt/p" + i, 1);
          kernel.events.add(new FileEvent.Read(there, by));
          if (i % 10 == 0) {
            kernel.events.add(new FileEvent.Written(scan.resolve(i + ".jpg"), by)); // gone by now
            List<Observation> unused = sensor.sense(Duration.ZERO);
            clock.pass(Duration.ofMillis(500));
          }
        });
  }

  @Test
  void twoHundredImagesAreOneRecordAndEachCountsOnce() throws Exception {
    sensor.open();
    long bytes = 0;
    for (int i = 0; i < 200; i++) {
      bytes += Files.size(scanned("day/" + i + ".jpg"));
    }
    for (int i = 0; i < 60; i++) {
      for (int again = 0; again < 3; again++) {
        read(scan.resolve("day/" + i + ".jpg"), process(60, "/usr/bin/cp", 40));
      }
    }
    later();
    ImagesHandled made = only(Act.MADE, "/opt/scan");
    assertEquals(200, made.images());
    assertEquals(bytes, made.bytes());
    assertTrue(made.allowed());
    assertEquals(scan.resolve("day").toString(), made.folder());
    ImagesHandled read = only(Act.READ, "/usr/bin/cp");
    assertEquals(60, read.images());
    assertEquals(180, read.times());
    assertEquals("/bin/bash", read.parent().executable());
    assertTrue(!read.allowed());
  }

  @Test
  void whatWasCountedIsNotCountedAgainTheSameDay() throws Exception {
    sensor.open();
    Path first = scanned("1.jpg");
    ProcessFacts reader = process(60, "/usr/bin/cat", 40);
    read(first, reader);
    later();
    read(first, reader);
    read(scanned("2.jpg"), reader);
    later();
    List<ImagesHandled> reads = seen.stream().filter(h -> h.act() == Act.READ).toList();
    assertEquals(List.of(1L, 1L), reads.stream().map(ImagesHandled::images).toList());
    assertEquals(List.of(1L, 2L), reads.stream().map(ImagesHandled::imagesToday).toList());
    assertEquals(List.of(1L, 2L), reads.stream().map(ImagesHandled::times).toList());
  }

  @Test
  void aReaderWhoseAccountCouldNotBeAskedAnyMoreIsTheSameProgram() throws Exception {
    sensor.open();
    Path first = scanned("1.jpg");
    read(first, process(60, "/usr/bin/cat", 40));
    read(first, new ProcessFacts(61, "/usr/bin/cat", "", 0));
    later();
    assertEquals(2, only(Act.READ, "/usr/bin/cat").times());
    assertEquals(1, only(Act.READ, "/usr/bin/cat").images());
  }

  @Test
  void whatOthersDoIsToldTwoSecondsAfterItEnded() throws Exception {
    sensor.open();
    Path first = scanned("1.jpg");
    sense();
    read(first, process(60, "/usr/bin/cat", 40));
    assertEquals(List.of(), seen);
    List<Observation> none = sensor.sense(Duration.ofSeconds(30));
    assertEquals(List.of(), none);
    assertEquals(Duration.ofSeconds(2), kernel.lastPatience);
    clock.pass(Duration.ofSeconds(2));
    sense();
    assertEquals(1, only(Act.READ, "/usr/bin/cat").images());
  }

  @Test
  void aCopyIsKnownByItsBytesAndWhoReadsItHasTheImage() throws Exception {
    sensor.open();
    byte[] bytes = image();
    written(scan.resolve("SF.jpg"), bytes, SCANNER);
    written(folder.resolve("x/holiday.bin"), bytes, process(60, "/usr/bin/cp", 40));
    byte[] other = bytes.clone();
    other[other.length - 1]++;
    written(folder.resolve("x/other.jpg"), other, process(60, "/usr/bin/cp", 40));
    assertEquals(List.of(folder.resolve("x/holiday.bin")), kernel.followed);
    read(folder.resolve("x/holiday.bin"), process(61, "/usr/bin/curl", 40));
    later();
    ImagesHandled copied = only(Act.COPIED, "/usr/bin/cp");
    assertEquals(1, copied.images());
    assertEquals(folder.resolve("x/holiday.bin").toString(), copied.result());
    assertEquals(1, only(Act.READ, "/usr/bin/curl").images());
  }

  @Test
  void aCopyIsKnownWhenTheOriginalIsGone() throws Exception {
    sensor.open();
    byte[] bytes = image();
    Path original = written(scan.resolve("1.jpg"), bytes, SCANNER);
    Path copy = Files.write(folder.resolve("y.jpg"), bytes);
    Files.delete(original);
    kernel.events.add(new FileEvent.Written(copy, process(60, "/usr/bin/mv", 40)));
    sense();
    later();
    assertEquals(1, only(Act.COPIED, "/usr/bin/mv").images());
  }

  @Test
  void anotherFileWithTheIdentityOfADeletedImageIsNotThatImage() throws Exception {
    sensor.open();
    Path image = scanned("1.jpg");
    // The same file as far as the system says, which is what a new one may be after a deletion.
    Path other = folder.resolve("letter.txt");
    Files.move(image, other);
    Files.write(other, "dear".repeat(40_000).getBytes(StandardCharsets.UTF_8));
    kernel.events.add(new FileEvent.Written(other, process(60, "/usr/bin/editor", 40)));
    sense();
    later();
    assertEquals(1, seen.size(), seen::toString);
    assertEquals(Act.MADE, seen.get(0).act());
    assertEquals(List.of(), kernel.followed);
  }

  @Test
  void whatWasThereBeforeTheStartIsKnownToo() throws Exception {
    byte[] bytes = image();
    Path old = Files.write(scan.resolve("old.jpg"), bytes);
    sensor.open();
    read(old, process(60, "/usr/bin/cat", 40));
    written(folder.resolve("y.jpg"), bytes, process(60, "/usr/bin/cp", 40));
    later();
    assertEquals(1, only(Act.READ, "/usr/bin/cat").images());
    assertEquals(1, only(Act.COPIED, "/usr/bin/cp").images());
  }

  @Test
  void anArchiveCarriesWhatItsWriterHadReadUnderWhateverName() throws Exception {
    sensor.open();
    for (int i = 0; i < 5; i++) {
      scanned(i + ".jpg");
    }
    ProcessFacts zip = process(60, "/usr/bin/zip", 40);
    for (int i = 0; i < 3; i++) {
      read(scan.resolve(i + ".jpg"), zip);
    }
    byte[] packed = {'P', 'K', 3, 4, 0, 0};
    Path temporary = written(folder.resolve("zi123"), packed, zip);
    Path archive = folder.resolve("all.zip");
    Files.move(temporary, archive);
    kernel.events.add(new FileEvent.Written(archive, zip));
    sense();
    read(archive, process(61, "/usr/bin/curl", 1));
    later();
    assertEquals(3, only(Act.PACKED, "/usr/bin/zip").images());
    assertEquals(archive.toString(), only(Act.MOVED, "/usr/bin/zip").result());
    assertEquals(3, only(Act.READ, "/usr/bin/curl").images());
  }

  @Test
  void aPackerInThePipeOfAReaderPacksWhatThatRead() throws Exception {
    sensor.open();
    scanned("1.jpg");
    read(scan.resolve("1.jpg"), process(60, "/usr/bin/tar", 40));
    byte[] packed = {0x1f, (byte) 0x8b, 8, 0};
    written(folder.resolve("a.gz"), packed, process(61, "/usr/bin/gzip", 40));
    later();
    assertEquals(1, only(Act.PACKED, "/usr/bin/gzip").images());
  }

  @Test
  void anArchiveOfSomebodyElseIsNoneOfOurs() throws Exception {
    sensor.open();
    scanned("1.jpg");
    read(scan.resolve("1.jpg"), process(60, "/usr/bin/viewer", 41));
    kernel.known.put(41L, process(41, "/usr/lib/systemd/systemd", 1));
    byte[] packed = {'P', 'K', 3, 4, 0, 0};
    written(folder.resolve("letters.zip"), packed, process(61, "/usr/bin/file-roller", 41));
    later();
    assertTrue(seen.stream().noneMatch(h -> h.act() == Act.PACKED), seen::toString);
  }

  @Test
  void aScannersOwnRenameIsNothingAndAMoveOutIsTold() throws Exception {
    sensor.open();
    Path temporary = scanned("1.tmp");
    Path named = scan.resolve("SF.jpg");
    Files.move(temporary, named);
    kernel.events.add(new FileEvent.Written(named, SCANNER));
    sense();
    Path out = Files.createDirectories(folder.resolve("xwechat_files/u")).resolve("a");
    Files.move(named, out);
    kernel.events.add(new FileEvent.Written(out, process(60, "/usr/bin/mv", 40)));
    sense();
    later();
    assertEquals(1, only(Act.MADE, "/opt/scan").images());
    ImagesHandled moved = only(Act.MOVED, "/usr/bin/mv");
    assertEquals(out.toString(), moved.result());
    assertEquals("wechat", moved.place());
    assertEquals(2, seen.size(), seen::toString);
    assertEquals(List.of(out), kernel.followed);
  }

  @Test
  void whatIsNoImageIsNothing() throws Exception {
    sensor.open();
    written(scan.resolve("note.jpg"), "text".getBytes(StandardCharsets.UTF_8), SCANNER);
    written(folder.resolve("elsewhere.jpg"), image(), SCANNER);
    later();
    assertEquals(List.of(), seen);
  }

  @Test
  void lostEventsAreSaid() throws Exception {
    sensor.open();
    kernel.events.add(new FileEvent.Lost(scan, "too many"));
    sense();
    assertEquals(
        List.of(SensorBlind.class, SensorBack.class),
        others.stream().map(Object::getClass).toList());
  }
}
