package io.waybillguard.agent.sense.upload;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.sense.Described;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Sign;
import io.waybillguard.agent.sense.Watchword;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each program sends and where to, to the byte. Large amounts are recorded by place when the
 * connections have ended or an interval is over; small ones once an hour, summed up by program.
 *
 * <p>What the agent itself sends to others is left out: a report that made a record would make a
 * report.
 */
public final class UploadSensor implements Sensor {
  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final Duration SMALL_EVERY = Duration.ofHours(1);
  private static final int MOST_PLACES = 4096;
  private static final String VARIOUS = "";

  private final Sockets sockets;
  private final Processes processes;
  private final InstantSource clock;
  private final Watchword watchword;
  private final UploadSettings settings;
  private final HostNames names;
  private final long ownPid;
  private final Map<Long, Counts> connections = new HashMap<>();
  private final Map<Key, Sum> sums = new LinkedHashMap<>();

  /** What was told of a connection so far. */
  private record Counts(long sent, long received) {}

  /**
   * Whose sum it is, and of what. Ports of ours stand for the many of those who come to them.
   *
   * @param pid of a process whose program is not known: another one's is its own; else 0
   */
  private record Key(String program, long pid, String ip, int port, boolean incoming) {
    static Key of(ProcessFacts by, String ip, int port, boolean incoming) {
      String program = by.executable();
      return new Key(program, program.isEmpty() ? by.pid() : 0, ip, port, incoming);
    }
  }

  private static final class Sum {
    final Instant first;
    final Set<Long> connections = new HashSet<>();
    final Set<Long> open = new HashSet<>();
    ProcessFacts by;
    InetAddress peer;
    Instant last;
    long connectionCount;
    long out;
    long in;

    Sum(Instant now, ProcessFacts by, InetAddress peer) {
      this.first = now;
      this.last = now;
      this.by = by;
      this.peer = peer;
    }
  }

  /**
   * @param processes asked who started a process
   * @param ownPid the agent's own process
   */
  public UploadSensor(
      Sockets sockets,
      Processes processes,
      HostNames names,
      long ownPid,
      InstantSource clock,
      UploadSettings settings) {
    this.sockets = sockets;
    this.processes = processes;
    this.names = names;
    this.ownPid = ownPid;
    this.clock = clock;
    this.watchword = new Watchword(clock);
    this.settings = settings;
  }

  @Override
  public String name() {
    return "upload";
  }

  @Override
  public Sight open() throws IOException {
    Sockets.View view = sockets.open();
    connections.clear();
    return new Sight(view.reduced(), view.detail(), List.of());
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    for (Sockets.Reading reading : sockets.await(patienceLeft(patience))) {
      take(reading, clock.instant());
    }
    return due(clock.instant());
  }

  private void take(Sockets.Reading reading, Instant now) {
    Counts before =
        reading.ended() ? connections.remove(reading.id()) : connections.get(reading.id());
    if (!reading.ended()) {
      connections.put(reading.id(), new Counts(reading.sent(), reading.received()));
    }
    if (reading.peer().isLoopbackAddress() ? isSign(reading) : reading.by().pid() == ownPid) {
      return;
    }
    long out = reading.sent() - (before == null ? 0 : before.sent());
    long in = reading.received() - (before == null ? 0 : before.received());
    Key key =
        Key.of(
            reading.by(),
            reading.peer().getHostAddress(),
            reading.incoming() ? 0 : reading.port(),
            reading.incoming());
    Sum sum = sums.get(key);
    if (sum == null) {
      if (out <= 0) {
        return;
      }
      sum = new Sum(now, reading.by(), reading.peer());
      sums.put(key, sum);
    }
    if (out > 0) {
      sum.last = now;
      sum.by = reading.by();
    }
    sum.out += Math.max(0, out);
    sum.in += Math.max(0, in);
    if (sum.connections.add(reading.id())) {
      sum.connectionCount++;
    }
    if (reading.ended()) {
      sum.open.remove(reading.id());
      sum.connections.remove(reading.id());
    } else {
      sum.open.add(reading.id());
    }
  }

  /** Whose a connection as short as that one was is not always known. */
  private boolean isSign(Sockets.Reading reading) {
    return (reading.by().pid() == ownPid || reading.by().pid() <= 0)
        && !reading.incoming()
        && watchword.isIt(Integer.toString(reading.port()));
  }

  /** When a large sum is to be recorded: soon when its connections have ended. */
  private Instant dueAt(Sum sum) {
    Instant interval = sum.first.plus(settings.summaryEvery());
    Instant quiet = sum.last.plus(QUIET);
    return sum.open.isEmpty() && quiet.isBefore(interval) ? quiet : interval;
  }

  private Duration patienceLeft(Duration most) {
    Instant now = clock.instant();
    Duration least = most;
    for (Sum sum : sums.values()) {
      if (sum.out >= settings.recordFrom()) {
        Duration left = Duration.between(now, dueAt(sum));
        least = left.compareTo(least) < 0 ? left : least;
      }
    }
    return least.isNegative() ? Duration.ZERO : least;
  }

  private List<Observation> due(Instant now) {
    List<Observation> due = new ArrayList<>();
    boolean isCrowded = sums.size() > MOST_PLACES;
    Map<Key, Sum> small = new LinkedHashMap<>();
    for (Iterator<Map.Entry<Key, Sum>> all = sums.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Key, Sum> one = all.next();
      Sum sum = one.getValue();
      if (sum.out >= settings.recordFrom()) {
        if (!now.isBefore(dueAt(sum))) {
          all.remove();
          due.add(record(one.getKey(), sum));
        }
      } else if (isCrowded || !now.isBefore(sum.first.plus(SMALL_EVERY))) {
        all.remove();
        ProcessFacts by = named(sum.by);
        Key program = new Key(by.executable(), 0, VARIOUS, 0, false);
        merge(small.computeIfAbsent(program, k -> new Sum(sum.first, by, sum.peer)), sum);
      }
    }
    small.forEach((program, sum) -> due.add(record(program, sum)));
    return due;
  }

  private static void merge(Sum into, Sum more) {
    into.out += more.out;
    into.in += more.in;
    into.connectionCount += more.connectionCount;
    into.last = more.last.isAfter(into.last) ? more.last : into.last;
  }

  /** What a process ran may be known only now: the word of its start comes on a way of its own. */
  private ProcessFacts named(ProcessFacts by) {
    ProcessFacts now = by.executable().isEmpty() ? processes.of(by.pid()) : by;
    return now.executable().isEmpty() ? by : now;
  }

  private BytesSent record(Key key, Sum sum) {
    ProcessFacts by = named(sum.by);
    ProcessFacts parent = processes.of(by.parentPid());
    boolean isVarious = key.ip().equals(VARIOUS);
    String name = isVarious ? "" : names.of(sum.peer);
    return new BytesSent(
        sum.last,
        sum.first,
        Described.process(by),
        Described.process(parent),
        settings.allowed().includes(by.executable()),
        new BytesSent.Peer(
            key.ip(),
            key.port(),
            name,
            isVarious ? "" : settings.destinations().of(by.executable(), name, sum.peer),
            key.incoming()),
        sum.out,
        sum.in,
        sum.connectionCount);
  }

  @Override
  public List<Observation> last() {
    return due(Instant.MAX);
  }

  @Override
  public boolean expect(Sign sign) {
    watchword.expect(sign);
    return true;
  }

  @Override
  public void wake() {
    sockets.wake();
  }

  @Override
  public void close() {
    sockets.close();
  }
}
