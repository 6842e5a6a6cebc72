package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's own counts of TCP, line {@code Tcp:} of {@code /proc/net/snmp} (proc_pid_net(5), RFC
 * 4022). For a list of connections the kernel walks through a table whose size goes with the
 * machine's memory, some milliseconds each time; these numbers say whether that is worth it.
 *
 * @param begunHere ActiveOpens: connections that this machine began
 * @param begunThere PassiveOpens: connections that came in
 * @param open CurrEstab: how many stand
 * @param sent OutSegs: what left this machine, repeats not counted
 */
record TcpCounters(long begunHere, long begunThere, long open, long sent) {
  private static final Logger LOG = LoggerFactory.getLogger(TcpCounters.class);
  private static final String TCP = "Tcp: ";

  /** Reads them; empty where the kernel does not tell. */
  static Optional<TcpCounters> read(Path proc) {
    Path file = proc.resolve("net/snmp");
    try {
      return parse(Files.readAllLines(file, StandardCharsets.US_ASCII));
    } catch (IOException e) {
      LOG.trace("{} cannot be read: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /** Two lines begin with "Tcp: ", one with names and one with numbers. */
  static Optional<TcpCounters> parse(List<String> lines) {
    List<String[]> tcp =
        lines.stream().filter(line -> line.startsWith(TCP)).map(line -> line.split(" ")).toList();
    if (tcp.size() != 2 || tcp.get(0).length != tcp.get(1).length) {
      return Optional.empty();
    }
    List<String> names = Arrays.asList(tcp.get(0));
    long[] counts = new long[4];
    List<String> wanted = List.of("ActiveOpens", "PassiveOpens", "CurrEstab", "OutSegs");
    for (int i = 0; i < counts.length; i++) {
      int at = names.indexOf(wanted.get(i));
      if (at < 0 || !tcp.get(1)[at].matches("[0-9]{1,18}")) {
        return Optional.empty();
      }
      counts[i] = Long.parseLong(tcp.get(1)[at]);
    }
    return Optional.of(new TcpCounters(counts[0], counts[1], counts[2], counts[3]));
  }
}
