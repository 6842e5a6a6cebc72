package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.platform.shared.Bell;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each process sends, by TCP and UDP, as the kernel's trace tells it: also by connections that
 * last no second. Where there is no trace, {@link WindowsSockets} looks at the tables instead.
 *
 * <p>UDP has no connections: what goes between the same two ends counts as one until it has been
 * quiet for {@link #QUIET}. Who began is told by whether the local port is one that is listened on;
 * for UDP it is always this machine.
 *
 * <p>Limits: what is received is not counted, nor what goes to many at once (multicast, broadcast).
 * What the system itself sends for a process, such as files to another machine's share, is the
 * system's.
 */
public final class TracedSockets implements Sockets {
  private static final Logger LOG = LoggerFactory.getLogger(TracedSockets.class);

  /** Between two looks at what the trace holds; the system itself hands it over once a second. */
  static final Duration BETWEEN = Duration.ofMillis(500);

  /** After so long without a word UDP is over, and TCP is looked for in the table. */
  static final Duration QUIET = Duration.ofMinutes(1);

  static final int MOST = 8_192;

  private record Key(
      boolean udp, long pid, InetAddress local, int localPort, InetAddress remote, int remotePort) {
    static Key of(NetworkEvent event) {
      return new Key(
          event.kind() == NetworkEvent.Kind.UDP_SENT,
          event.pid(),
          event.local(),
          event.localPort(),
          event.remote(),
          event.remotePort());
    }

    boolean isIn(TcpRow row) {
      return row.localPort() == localPort
          && row.remotePort() == remotePort
          && row.remote().equals(remote);
    }
  }

  private static final class Flow {
    private final long id;
    private final Key key;
    private final boolean incoming;
    private long sent;
    private Instant last;

    Flow(long id, Key key, boolean incoming, Instant now) {
      this.id = id;
      this.key = key;
      this.incoming = incoming;
      this.last = now;
    }
  }

  private final TracedStarts.Trace trace;
  private final WindowsSockets.Connections connections;
  private final WindowsSockets tables;
  private final Processes processes;
  private final InstantSource clock;
  private final Bell bell = new Bell();
  private final Map<Key, Flow> flows = Recent.byArrival(MOST, this::drivenOut);
  private final Set<Flow> driven = new LinkedHashSet<>();
  private @Nullable TraceSession session;
  private boolean opened;
  private Instant swept = Instant.EPOCH;
  private long lastId;
  private long unread;
  private String failed = "";

  /**
   * @param processes tells whose a connection is, and remembers those that have ended
   */
  public TracedSockets(Processes processes, InstantSource clock) {
    this(
        () -> TraceSession.begin(new EventTracing(Libraries.HERE), TraceSource.SENT, clock),
        new IpHelper(Libraries.HERE),
        processes,
        clock);
  }

  TracedSockets(
      TracedStarts.Trace trace,
      WindowsSockets.Connections connections,
      Processes processes,
      InstantSource clock) {
    this.trace = trace;
    this.connections = connections;
    this.tables = new WindowsSockets(connections, processes);
    this.processes = processes;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    close();
    opened = true;
    try {
      session = trace.begin();
    } catch (IOException | LinkageError e) {
      View view = tables.open();
      return new View(true, view.detail() + "; there is no trace: " + e.getMessage());
    }
    swept = clock.instant();
    return new View(
        true,
        "what each process sends by TCP and UDP, as the kernel tells it (ETW);"
            + " not seen: how much it receives");
  }

  @Override
  public List<Reading> await(Duration patience) throws IOException {
    if (!opened) {
      throw new IllegalStateException("connections are not looked at; call open() first");
    }
    TraceSession running = session;
    if (running == null) {
      return tables.await(patience);
    }
    if (!failed.isEmpty()) {
      throw new IOException(failed);
    }
    bell.await(patience.compareTo(BETWEEN) < 0 ? patience : BETWEEN);
    // Asked before what is left is taken, so that nothing stays behind.
    String over =
        running.ended().map(why -> "the trace of what is sent is over: " + why).orElse("");
    List<Reading> told = take(running.take());
    String lost = over.isEmpty() ? running.lost() : over;
    if (lost.isEmpty() && unread > 0) {
      lost = unread + " events were told in a form that is not known";
    }
    if (lost.isEmpty()) {
      return told;
    }
    if (told.isEmpty()) {
      throw new IOException(lost);
    }
    failed = lost; // what was taken is told first
    return told;
  }

  private List<Reading> take(List<TraceEvent> events) throws IOException {
    Instant now = clock.instant();
    Set<Flow> changed = new LinkedHashSet<>();
    Set<Integer> served = Set.of();
    boolean asked = false;
    for (TraceEvent one : events) {
      NetworkEvent event = NetworkEvent.of(one).orElse(null);
      if (event == null) {
        unread++;
        LOG.warn("a network event {} of {} bytes is none", one.head().id(), one.data().length);
      } else if (!event.staysHere()) {
        Key key = Key.of(event);
        if (!flows.containsKey(key) && !asked) {
          served = served();
          asked = true;
        }
        take(event, key, served, now, changed);
      }
    }
    changed.addAll(driven);
    driven.clear();
    List<Reading> told = new ArrayList<>();
    changed.forEach(flow -> told.add(reading(flow, flows.get(flow.key) != flow)));
    if (!now.isBefore(swept.plus(QUIET))) {
      sweep(now, told);
    }
    return told;
  }

  private void take(
      NetworkEvent event, Key key, Set<Integer> served, Instant now, Set<Flow> changed) {
    Flow flow = flows.get(key);
    if (event.kind() == NetworkEvent.Kind.TCP_ENDED) {
      if (flow != null) {
        flows.remove(key);
        changed.add(flow);
      }
      return;
    }
    if (flow == null) {
      flow = new Flow(++lastId, key, !key.udp() && served.contains(key.localPort()), now);
      flows.put(key, flow);
    }
    flow.sent += event.bytes();
    flow.last = now;
    changed.add(flow);
  }

  /** Local ports that others may connect to. */
  private Set<Integer> served() throws IOException {
    Set<Integer> served = new HashSet<>();
    for (TcpRow row : connections.list()) {
      if (row.state() == TcpRow.LISTEN) {
        served.add(row.localPort());
      }
    }
    return served;
  }

  /** Those that are over and did not say so. */
  private void sweep(Instant now, List<Reading> told) throws IOException {
    swept = now;
    List<TcpRow> rows = connections.list();
    for (Flow flow : List.copyOf(flows.values())) {
      if (!flow.last.plus(QUIET).isAfter(now)
          && (flow.key.udp() || rows.stream().noneMatch(flow.key::isIn))) {
        flows.remove(flow.key);
        told.add(reading(flow, true));
      }
    }
  }

  /** Its place is needed; what it sends from now on is another's. */
  private void drivenOut(Flow flow) {
    driven.add(flow);
  }

  private Reading reading(Flow flow, boolean ended) {
    return new Reading(
        flow.id,
        processes.of(flow.key.pid()),
        flow.key.remote(),
        flow.key.remotePort(),
        flow.incoming,
        flow.sent,
        0,
        ended);
  }

  @Override
  public void wake() {
    bell.ring();
    tables.wake();
  }

  @Override
  public void close() {
    TraceSession running = session;
    session = null;
    opened = false;
    flows.clear();
    driven.clear();
    unread = 0;
    failed = "";
    if (running != null) {
      running.close();
    }
    tables.close();
  }
}
