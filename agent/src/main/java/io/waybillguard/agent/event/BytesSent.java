package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * What one program sent to one place over a while, summed up over its connections.
 *
 * @param at when the last of it was seen
 * @param from when the first was
 * @param by the process of the last connection; {@link ProcessRef#UNKNOWN} when it ended before it
 *     could be asked
 * @param parent the process that started that one, as far as it could be asked
 * @param allowed whether the settings name the program as one that scans or uploads
 * @param peer the other end
 * @param out bytes of content sent, as the kernel counted them, repeats not counted
 * @param in bytes of content received
 * @param connections how many connections carried them
 */
public record BytesSent(
    Instant at,
    Instant from,
    ProcessRef by,
    ProcessRef parent,
    boolean allowed,
    Peer peer,
    long out,
    long in,
    long connections)
    implements Observation {

  /**
   * The other end.
   *
   * @param ip its address as text; "" when the record sums up many small ones
   * @param port its port, or that of ours that it came to; 0 with {@code ip} empty
   * @param name a name that the address goes by, or ""
   * @param destination id of a known destination of uploads, or ""
   * @param incoming whether the other end began the connection
   */
  public record Peer(String ip, int port, String name, String destination, boolean incoming) {}

  @Override
  public String type() {
    return "net.sent";
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  /** Where a person's programs send to is that person's matter until a rule says otherwise. */
  @Override
  public BodyClass bodyClass() {
    return BodyClass.PERSONAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("out", out);
  }

  @Override
  public Ocsf ocsf() {
    Json.Obj endpoint = Json.object();
    if (peer.ip().isEmpty()) {
      endpoint.put("name", "various");
    } else {
      endpoint
          .put("ip", peer.ip())
          .put("port", peer.port())
          .putUnlessEmpty("hostname", peer.name());
    }
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.NETWORK_ACTIVITY, 6, Severity.INFORMATIONAL, at)
            .with("start_time", from.toEpochMilli())
            .with("end_time", at.toEpochMilli())
            .with("dst_endpoint", endpoint)
            .with(
                "traffic",
                Json.object().put("bytes_out", out).put("bytes_in", in).put("bytes", out + in));
    if (by.isKnown()) {
      Json.Obj process = by.json();
      if (parent.isKnown()) {
        process.put("parent_process", parent.json());
      }
      ocsf.by(process);
    }
    return ocsf.unmapped("allowed", allowed)
        .unmapped("connections", connections)
        .unmapped("destination", peer.destination())
        .unmapped("incoming", peer.incoming());
  }

  static BytesSent recalled(Recalled event) {
    Recalled more = event.unmapped();
    return new BytesSent(
        event.at(),
        event.moment("start_time"),
        ProcessRef.recalled(event.in("actor.process")),
        ProcessRef.recalled(event.in("actor.process.parent_process")),
        more.flag("allowed"),
        new Peer(
            event.text("dst_endpoint.ip"),
            Math.toIntExact(event.number("dst_endpoint.port")),
            event.text("dst_endpoint.hostname"),
            more.text("destination"),
            more.flag("incoming")),
        event.number("traffic.bytes_out"),
        event.number("traffic.bytes_in"),
        more.number("connections"));
  }
}
