package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Somebody is at this PC from elsewhere.
 *
 * @param uid the same for start and end, and before and after the agent's own restart; names nobody
 * @param tool which way in, by its id in {@code config/remote-tools.yaml}, such as {@code xrdp}; or
 *     the service's own name where it is not one of those
 * @param toolName its name for people
 * @param account who is logged in here, or "" when that cannot be told
 * @param peer where from: an address, or the name that the system wrote down; "" when the tool goes
 *     through its maker's servers and nothing here knows
 * @param port the peer's port, or 0 when not known
 * @param here the address that was connected to, or ""
 * @param herePort its port, or 0
 * @param console where the account sits: {@code remote}, or {@code shared} when the peer sees and
 *     moves the screen of the person at the desk
 * @param tunnel when the peer is this machine itself: the program that holds the other end of the
 *     connection, or "?" when that cannot be told; "" when the peer is another machine
 * @param confidence how sure it is that somebody is in, not at the door
 * @param signals by what it was seen, strongest first: {@code socket}, {@code title}, {@code
 *     process}, {@code logind}, {@code utmp}
 * @param program the program here that serves it
 * @param began when it began, as far as the system tells; else when it was first seen
 */
public record RemoteSession(
    String uid,
    String tool,
    String toolName,
    String account,
    String peer,
    int port,
    String here,
    int herePort,
    String console,
    String tunnel,
    Confidence confidence,
    List<String> signals,
    ProcessRef program,
    Instant began) {

  /** OCSF {@code logon_type_id}: remote interactive. */
  static final int REMOTE_INTERACTIVE = 10;

  /** OCSF {@code confidence_id}. */
  public enum Confidence {
    /** One hint that may mean something else. */
    LOW(1),
    /** What the tool does while somebody is in, though the way in was not seen. */
    MEDIUM(2),
    /** The system or the tool itself says that somebody is logged in. */
    HIGH(3);

    private final int id;

    Confidence(int id) {
      this.id = id;
    }

    int id() {
      return id;
    }

    static Confidence of(long id) {
      return Arrays.stream(values())
          .filter(confidence -> confidence.id == id)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no confidence has the id " + id));
    }
  }

  public RemoteSession {
    signals = List.copyOf(signals);
  }

  /** The same session under another uid. */
  public RemoteSession as(String uid) {
    return new RemoteSession(
        uid,
        tool,
        toolName,
        account,
        peer,
        port,
        here,
        herePort,
        console,
        tunnel,
        confidence,
        signals,
        program,
        began);
  }

  /** The parts that start and end have alike; {@code activity} is 1 logon or 2 logoff. */
  Ocsf ocsf(int activity, Instant at) {
    Json.Obj from = endpoint(peer);
    if (port != 0) {
      from.put("port", port);
    }
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.AUTHENTICATION, activity, Severity.INFORMATIONAL, at)
            .with("user", Json.object().put("name", account.isEmpty() ? "unknown" : account))
            .with("service", Json.object().put("name", toolName).put("uid", tool))
            .with("is_remote", true)
            .with("logon_type_id", REMOTE_INTERACTIVE)
            .with("src_endpoint", from)
            .with(
                "session",
                Json.object()
                    .put("uid", uid)
                    .put("is_remote", true)
                    .put("created_time", began.toEpochMilli()))
            .unmapped("console", console)
            .unmapped("tunnel", tunnel)
            .unmapped("confidence_id", confidence.id())
            .unmapped("signals", signals);
    if (!here.isEmpty()) {
      ocsf.with("dst_endpoint", Json.object().put("ip", here).put("port", herePort));
    }
    return program.isKnown() ? ocsf.by(program.json()) : ocsf;
  }

  /** An address in digits, of either kind; a name has letters past f or no dots and colons. */
  private static boolean isAddress(String text) {
    return text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*(%[\\w.-]+)?");
  }

  /** What {@link #ocsf} wrote. */
  static RemoteSession recalled(Recalled event) throws JsonException {
    Recalled more = event.unmapped();
    return new RemoteSession(
        event.text("session.uid"),
        event.text("service.uid"),
        event.text("service.name"),
        unlessUnknown(event.text("user.name")),
        peer(event),
        Math.toIntExact(event.number("src_endpoint.port")),
        event.text("dst_endpoint.ip"),
        Math.toIntExact(event.number("dst_endpoint.port")),
        more.text("console"),
        more.text("tunnel"),
        Confidence.of(more.number("confidence_id")),
        more.texts("signals"),
        ProcessRef.recalled(event.in("actor.process")),
        event.moment("session.created_time"));
  }

  /** OCSF {@code src_endpoint}: an address, a name, or that it is unknown. */
  static Json.Obj endpoint(String peer) {
    return isAddress(peer)
        ? Json.object().put("ip", peer)
        : Json.object().put("hostname", peer.isEmpty() ? "unknown" : peer);
  }

  /** What {@link #endpoint} was made of. */
  static String peer(Recalled event) {
    String ip = event.text("src_endpoint.ip");
    return ip.isEmpty() ? unlessUnknown(event.text("src_endpoint.hostname")) : ip;
  }

  private static String unlessUnknown(String name) {
    return name.equals("unknown") ? "" : name;
  }
}
