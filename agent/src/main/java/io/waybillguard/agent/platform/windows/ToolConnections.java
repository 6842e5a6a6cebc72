package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Processes;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import io.waybillguard.agent.platform.RemoteSigns.Endpoint;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Of the system's connections those by which somebody may be in. Pure, but for who a peer is. */
final class ToolConnections {
  private ToolConnections() {}

  /**
   * Established connections to ports that somebody listens to and that a tool's process holds.
   *
   * @param rows all connections of this moment
   * @param tools the process numbers of the tools
   * @param processes tells who is at the other end when that is this machine
   */
  static List<Connection> of(List<TcpRow> rows, Set<Long> tools, Processes processes) {
    Map<Integer, List<Long>> doors = new HashMap<>();
    for (TcpRow row : rows) {
      if (row.state() == TcpRow.LISTEN) {
        doors.computeIfAbsent(row.localPort(), port -> new ArrayList<>()).add(row.pid());
      }
    }
    List<Connection> inbound = new ArrayList<>();
    for (TcpRow row : rows) {
      if (row.state() == TcpRow.ESTABLISHED
          && doors.containsKey(row.localPort())
          && tools.contains(row.pid())) {
        inbound.add(
            new Connection(
                new Endpoint(text(row.local()), row.localPort()),
                new Endpoint(text(row.remote()), row.remotePort()),
                row.created() == 0 ? row.pid() : row.created(),
                List.of(row.pid()),
                doors.getOrDefault(row.localPort(), List.of()),
                row.isLocal(),
                row.isLocal() ? caller(row, rows, processes) : ProcessFacts.UNKNOWN));
      }
    }
    return inbound;
  }

  /** Who holds the same connection from its other end. */
  private static ProcessFacts caller(TcpRow row, List<TcpRow> rows, Processes processes) {
    return rows.stream()
        .filter(other -> other.localPort() == row.remotePort())
        .filter(other -> other.remotePort() == row.localPort())
        .filter(other -> other.local().equals(row.remote()))
        .findFirst()
        .map(other -> processes.of(other.pid()))
        .orElse(ProcessFacts.UNKNOWN);
  }

  /** Without the name of the interface, which other places do not know. */
  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
