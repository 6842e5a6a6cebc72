package io.waybillguard.agent.sense.upload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.memory.Churn;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.sense.AllowedPrograms;
import io.waybillguard.agent.sense.Destinations;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import io.waybillguard.agent.sense.Sign;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UploadSensorTest implements SensorContract {
  private static final long KIB = 1024;
  private static final ProcessFacts CURL = new ProcessFacts(60, "/usr/bin/curl", "desk", 40);
  private static final ProcessFacts UPLOADER = new ProcessFacts(61, "/opt/upload", "desk", 1);
  private static final ProcessFacts OURSELVES = new ProcessFacts(7, "/usr/bin/java", "root", 1);

  @TempDir Path folder;
  private final HandClock clock = new HandClock(Instant.parse("2026-06-12T04:00:00Z"));
  private final Told kernel = new Told();
  private final List<BytesSent> seen = new ArrayList<>();
  private UploadSensor sensor;

  private static final class Told implements Sockets, Processes {
    final List<Reading> readings = new ArrayList<>();

    @Override
    public View open() {
      return new View(false, "what a test tells");
    }

    @Override
    public List<Reading> await(Duration patience) {
      List<Reading> told = List.copyOf(readings);
      readings.clear();
      return told;
    }

    ProcessFacts learned = ProcessFacts.UNKNOWN;

    @Override
    public ProcessFacts of(long pid) {
      if (pid == learned.pid()) {
        return learned;
      }
      return pid == 40 ? new ProcessFacts(40, "/bin/bash", "desk", 1) : ProcessFacts.UNKNOWN;
    }

    @Override
    public void wake() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() throws IOException {
    Path hosts =
        Files.writeString(folder.resolve("hosts"), "# ours\n10.0.0.2\tpan.example disk # x\n");
    sensor =
        new UploadSensor(
            kernel,
            kernel,
            new HostNames(hosts),
            7,
            clock,
            new UploadSettings(
                new AllowedPrograms(List.of(new AllowedPrograms.Program("/opt/upload", ""))),
                new Destinations(
                    List.of(
                        new Destinations.Destination(
                            "netdisk",
                            List.of(),
                            List.of("pan.example"),
                            List.of("91.108.4.0/22"),
                            List.of()))),
                256 * KIB,
                Duration.ofMinutes(1)));
  }

  @Override
  public Sensor sensor() {
    return sensor;
  }

  private void tell(long id, ProcessFacts by, String peer, long sent, boolean ended)
      throws IOException {
    tell(id, by, peer, 443, false, sent, ended);
  }

  private void tell(
      long id, ProcessFacts by, String peer, int port, boolean incoming, long sent, boolean ended)
      throws IOException {
    kernel.readings.add(
        new Sockets.Reading(
            id, by, InetAddress.getByName(peer), port, incoming, sent, sent / 100, ended));
    sense();
  }

  private void sense() throws IOException {
    for (Observation one : sensor.sense(Duration.ZERO)) {
      seen.add((BytesSent) one);
    }
  }

  private void after(Duration time) throws IOException {
    clock.pass(time);
    sense();
  }

  @Test
  void anUploadIsOneRecordWithEveryByteSoonAfterItsEnd() throws Exception {
    sensor.open();
    tell(1, CURL, "10.0.0.2", 10_000_000, false);
    clock.pass(Duration.ofSeconds(1));
    tell(1, CURL, "10.0.0.2", 48_000_111, true);
    assertEquals(List.of(), seen);
    after(Duration.ofSeconds(1));
    assertEquals(1, seen.size());
    BytesSent sent = seen.get(0);
    assertEquals(48_000_111, sent.out());
    assertEquals(480_001, sent.in());
    assertEquals(1, sent.connections());
    assertEquals("/usr/bin/curl", sent.by().executable());
    assertEquals("/bin/bash", sent.parent().executable());
    assertEquals(new BytesSent.Peer("10.0.0.2", 443, "pan.example", "netdisk", false), sent.peer());
    assertTrue(!sent.allowed());
  }

  @Test
  void whoSentMayBecomeKnownOnlyAfterTheEnd() throws Exception {
    sensor.open();
    ProcessFacts unnamed = new ProcessFacts(50, "", "", 0);
    ProcessFacts other = new ProcessFacts(51, "", "", 0);
    tell(1, unnamed, "10.0.0.9", 900 * KIB, true);
    tell(2, other, "10.0.0.9", 800 * KIB, true);
    kernel.learned = new ProcessFacts(50, "/opt/upload", "desk", 40);
    after(Duration.ofSeconds(2));
    assertEquals(
        List.of("/opt/upload true 921600", " false 819200"),
        seen.stream().map(s -> s.by().executable() + " " + s.allowed() + " " + s.out()).toList());
    assertEquals("/bin/bash", seen.get(0).parent().executable());
  }

  @Test
  void aMillionProcessesThatSendToAMillionPlacesTakeTheRoomOfSome() throws Exception {
    sensor.open();
    Churn.millionThrough(
        sensor,
        i -> {
          kernel.readings.add(passing(i, false));
          kernel.readings.add(passing(Math.max(0, i - 100), true));
          if (i % 100 == 0) {
            List<Observation> unused = sensor.sense(Duration.ZERO);
            clock.pass(Duration.ofSeconds(5));
          }
        });
  }

  private static Sockets.Reading passing(int i, boolean ended) throws IOException {
    byte[] peer = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
    return new Sockets.Reading(
        i,
        new ProcessFacts(100 + i, i % 5 == 0 ? "" : "/opt/p" + i, "desk", 40),
        InetAddress.getByAddress(peer),
        443,
        false,
        i % 2 == 0 ? KIB : 900 * KIB,
        1,
        ended);
  }

  @Test
  void aLongUploadIsToldOnceAnIntervalAndTheSumIsExact() throws Exception {
    sensor.open();
    for (int second = 0; second <= 150; second++) {
      tell(1, UPLOADER, "91.108.7.9", second * 100_000L, false);
      clock.pass(Duration.ofSeconds(1));
    }
    tell(1, UPLOADER, "91.108.7.9", 15_000_007, true);
    after(Duration.ofSeconds(2));
    assertEquals(3, seen.size(), seen::toString);
    assertEquals(15_000_007, seen.stream().mapToLong(BytesSent::out).sum());
    assertTrue(
        seen.stream().allMatch(s -> s.allowed() && s.peer().destination().equals("netdisk")));
  }

  @Test
  void manyShortConnectionsToOnePlaceAreOneRecord() throws Exception {
    sensor.open();
    for (int i = 0; i < 200; i++) {
      tell(i, CURL, "10.0.0.9", 10 * KIB, true);
    }
    after(Duration.ofSeconds(2));
    assertEquals(1, seen.size());
    assertEquals(200 * 10 * KIB, seen.get(0).out());
    assertEquals(200, seen.get(0).connections());
  }

  @Test
  void whatWasNotRecordedYetIsToldWhenTheAgentEnds() throws Exception {
    sensor.open();
    tell(1, CURL, "10.0.0.9", 900 * KIB, false);
    tell(2, UPLOADER, "10.0.0.8", 2 * KIB, true);
    sense();
    assertEquals(List.of(), seen);
    assertEquals(
        Set.of(900 * KIB, 2 * KIB),
        sensor.last().stream().map(o -> ((BytesSent) o).out()).collect(Collectors.toSet()));
    assertEquals(List.of(), sensor.last());
  }

  @Test
  void smallAmountsAreSummedUpByProgramOnceAnHour() throws Exception {
    sensor.open();
    for (int i = 0; i < 20; i++) {
      tell(i, CURL, "10.0.1." + i, KIB, true);
    }
    after(Duration.ofMinutes(59));
    assertEquals(List.of(), seen);
    after(Duration.ofMinutes(2));
    assertEquals(1, seen.size());
    assertEquals(20 * KIB, seen.get(0).out());
    assertEquals("", seen.get(0).peer().ip());
  }

  @Test
  void theAgentsOwnReportsAreLeftOutAndItsOwnTrialIsNot() throws Exception {
    sensor.open();
    tell(1, OURSELVES, "10.0.0.2", 900 * KIB, true);
    tell(2, OURSELVES, "127.0.0.1", 900 * KIB, true);
    after(Duration.ofSeconds(2));
    assertEquals(List.of("127.0.0.1"), seen.stream().map(s -> s.peer().ip()).toList());
  }

  @Test
  void whoIsNotKnownIsToldAsUnknownAndWhoCameToUsIsTold() throws Exception {
    sensor.open();
    tell(1, ProcessFacts.UNKNOWN, "10.0.0.3", 900 * KIB, true);
    tell(2, CURL, "10.0.0.4", 51_000, true, 900 * KIB, true);
    after(Duration.ofSeconds(2));
    assertEquals(2, seen.size());
    assertTrue(!seen.get(0).by().isKnown());
    assertTrue(seen.get(1).peer().incoming());
    assertEquals(0, seen.get(1).peer().port());
  }

  @Test
  void aSignIsSeenAndNotCountedAndSoIsNothingElse() throws Exception {
    sensor.open();
    Sign sign = new Sign("40100");
    assertTrue(sensor.expect(sign));
    tell(1, CURL, "127.0.0.1", 40_100, false, 512 * KIB, true);
    tell(2, OURSELVES, "10.0.0.2", 40_100, false, 512 * KIB, true);
    tell(3, OURSELVES, "127.0.0.1", 40_101, false, 512 * KIB, true);
    assertEquals(Optional.empty(), sign.seen(), "another's, another place, another port");
    clock.pass(Duration.ofMillis(40));
    tell(4, OURSELVES, "127.0.0.1", 40_100, false, 512 * KIB, false);
    Instant at = clock.instant();
    assertEquals(Optional.of(at), sign.seen());
    clock.pass(Duration.ofMillis(40));
    tell(4, OURSELVES, "127.0.0.1", 40_100, false, 600 * KIB, true);
    assertEquals(Optional.of(at), sign.seen(), "the first time counts");
    after(Duration.ofHours(2));
    assertEquals(
        List.of(40_100, 40_101), seen.stream().map(s -> s.peer().port()).sorted().toList());
    assertEquals("/usr/bin/curl", seen.get(0).by().executable());
  }
}
