package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.platform.shared.Bell;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TCP connections by looking at the system's tables once a second, and their bytes where the system
 * counts them for each. What never leaves the machine is not told.
 *
 * <p>Limit: counting begins when a connection is first seen, so what it sent in the second before,
 * and whatever connection lasts less than a second, is missed.
 */
final class WindowsSockets implements Sockets {
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** What a connection carried since it is counted. */
  record Counts(long sent, long received) {
    static final Counts NONE = new Counts(0, 0);
  }

  /** The system's tables. */
  interface Connections {
    /** All that are there. */
    List<TcpRow> list() throws IOException;

    /** Why bytes are not counted, or "". */
    String cannotCount();

    /** Has a connection counted from now on; false when that is refused, or it is gone. */
    boolean count(TcpRow row);

    /** What it carried; empty when it is gone. */
    Optional<Counts> counts(TcpRow row);
  }

  /** What tells a connection from all others, also from a later one of the same ends. */
  private record Key(
      InetAddress local, int localPort, InetAddress remote, int remotePort, long created) {
    static Key of(TcpRow row) {
      return new Key(row.local(), row.localPort(), row.remote(), row.remotePort(), row.created());
    }
  }

  private static final class Known {
    private final long id;
    private final boolean incoming;
    private TcpRow row;
    private boolean counted;
    private Counts counts = Counts.NONE;

    Known(long id, boolean incoming, TcpRow row) {
      this.id = id;
      this.incoming = incoming;
      this.row = row;
    }
  }

  private final Connections connections;
  private final Processes processes;
  private final Bell bell = new Bell();
  private @Nullable Map<Key, Known> known;
  private boolean counts;
  private long lastId;

  /**
   * @param processes tells whose a connection is
   */
  WindowsSockets(Processes processes) {
    this(new IpHelper(Libraries.HERE), processes);
  }

  WindowsSockets(Connections connections, Processes processes) {
    this.connections = connections;
    this.processes = processes;
  }

  @Override
  public View open() throws IOException {
    Map<Key, Known> fresh = new HashMap<>();
    String cannot = connections.cannotCount();
    counts = cannot.isEmpty();
    known = fresh;
    List<Reading> unused = look(fresh);
    return new View(
        true,
        "TCP connections once a second"
            + (counts
                ? " with their bytes; not seen: what a connection sent before it was seen, UDP"
                : "; not seen: how many bytes they carry, so nothing is told of what is sent: "
                    + cannot));
  }

  @Override
  public List<Reading> await(Duration patience) throws IOException {
    Map<Key, Known> there = known;
    if (there == null) {
      throw new IllegalStateException("connections are not looked at; call open() first");
    }
    bell.await(patience.compareTo(BETWEEN) < 0 ? patience : BETWEEN);
    return look(there);
  }

  private List<Reading> look(Map<Key, Known> there) throws IOException {
    List<TcpRow> rows = connections.list();
    Set<Integer> served = new HashSet<>();
    for (TcpRow row : rows) {
      if (row.state() == TcpRow.LISTEN) {
        served.add(row.localPort());
      }
    }
    List<Reading> told = new ArrayList<>();
    Set<Key> now = new HashSet<>();
    for (TcpRow row : rows) {
      if (row.state() == TcpRow.ESTABLISHED && !row.isLocal()) {
        Key key = Key.of(row);
        now.add(key);
        look(key, row, served, there, told);
      }
    }
    for (Iterator<Map.Entry<Key, Known>> all = there.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Key, Known> one = all.next();
      if (!now.contains(one.getKey())) {
        told.add(reading(one.getValue(), true));
        all.remove();
      }
    }
    return told;
  }

  private void look(
      Key key, TcpRow row, Set<Integer> served, Map<Key, Known> there, List<Reading> told) {
    Known one = there.get(key);
    boolean isNew = one == null;
    if (one == null) {
      one = new Known(++lastId, served.contains(row.localPort()), row);
      one.counted = counts && connections.count(row);
      there.put(key, one);
    }
    one.row = row;
    Counts before = one.counts;
    if (one.counted) {
      one.counts = connections.counts(row).orElse(before);
    }
    if (isNew || !one.counts.equals(before)) {
      told.add(reading(one, false));
    }
  }

  private Reading reading(Known one, boolean ended) {
    TcpRow row = one.row;
    return new Reading(
        one.id,
        processes.of(row.pid()),
        row.remote(),
        row.remotePort(),
        one.incoming,
        one.counts.sent(),
        one.counts.received(),
        ended);
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {
    known = null;
  }
}
