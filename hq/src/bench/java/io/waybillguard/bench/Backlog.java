package io.waybillguard.bench;

import io.waybillguard.agent.report.wire.Segment;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** Segments that wait on one workstation, packed before the clock runs. */
final class Backlog {
  private final Station station;
  private final List<Segment> segments = new ArrayList<>();
  private final List<byte[]> packed = new ArrayList<>();
  private long bytes;
  private int sent;

  Backlog(Station station) {
    this.station = station;
  }

  void add(Segment segment, byte[] itPacked, int plainBytes) {
    segments.add(segment);
    packed.add(itPacked);
    bytes += plainBytes;
  }

  List<Segment> segments() {
    return segments;
  }

  Station station() {
    return station;
  }

  long records() {
    return segments.stream().mapToLong(s -> s.leaves().size()).sum();
  }

  /** Bytes of all segments before packing. */
  long bytes() {
    return bytes;
  }

  /** Sends what was not sent yet, one after the other, as an agent does. */
  void send() throws Exception {
    SSLContext tls = station.tls();
    while (sent < segments.size()) {
      station.send(tls, segments.get(sent), packed.get(sent));
      sent++;
    }
  }
}
