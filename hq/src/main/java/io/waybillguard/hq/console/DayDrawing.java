package io.waybillguard.hq.console;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.hq.draw.Drawing;
import io.waybillguard.hq.draw.Lanes;
import io.waybillguard.hq.store.Records;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One day of a workstation, drawn from its records: who was there behind everything, and in lanes
 * what could not be watched, sessions, sticks, programs, images and findings. Used by one thread,
 * once.
 *
 * <p>Limits: what began more than {@value #BEFORE} records of its kind before the day is not known
 * to go on; beyond {@value #MOST} records a day the rest is left out, and that is said.
 */
public final class DayDrawing {
  private static final int MOST = 3_000;
  private static final int BEFORE = 200;

  /** What can have begun before the day and go on in it. */
  private static final List<String> LASTING =
      List.of(
          "presence.change",
          "usb.attach",
          "usb.detach",
          "session.start",
          "session.end",
          "sensor.blind",
          "sensor.back",
          "sensor.live",
          "log.start",
          "log.stop");

  /**
   * The page's part.
   *
   * @param date the day
   * @param drawing its drawing; none when it has no record
   * @param before the address of the day before
   * @param after the address of the day after, or "" when that is to come
   * @param cut whether records were left out
   */
  public record Day(LocalDate date, Drawing drawing, String before, String after, boolean cut) {}

  private enum Lane {
    WATCHING,
    SESSIONS,
    STICKS,
    PROGRAMS,
    AUTOSTART,
    IMAGES,
    UPLOAD,
    FINDINGS
  }

  /** Something that has begun and not ended yet. */
  private record Open(Instant since, String title, String link) {}

  private final String log;
  private final Reader reader;
  private final Instant from;
  private final Instant to;
  private final Map<Lane, List<Lanes.Mark>> marks = new LinkedHashMap<>();
  private final Map<String, Open> open = new LinkedHashMap<>();
  private final List<Lanes.Band> bands = new ArrayList<>();
  private String presence = "";
  private Instant presenceSince;

  private DayDrawing(String log, Reader reader, Instant from, Instant to) {
    this.log = log;
    this.reader = reader;
    this.from = from;
    this.to = to;
    this.presenceSince = from;
    for (Lane each : Lane.values()) {
      marks.put(each, new ArrayList<>());
    }
  }

  /**
   * Draws a day.
   *
   * @param date the day in the reader's time zone
   */
  static Day of(Records records, String log, LocalDate date, Reader reader) throws IOException {
    Instant from = reader.begin(date);
    Instant end = reader.begin(date.plusDays(1));
    List<Records.Held> held = records.between(log, from, end, MOST + 1);
    String address = "/workstations/" + log + "?day=";
    String after = date.isBefore(reader.today()) ? address + date.plusDays(1) : "";
    String before = address + date.minusDays(1);
    if (held.isEmpty()) {
      return new Day(date, Drawing.NONE, before, after, false);
    }
    // What still goes on is drawn until now, not into time nobody has seen.
    Instant to = reader.now().isBefore(end) ? reader.now() : end;
    DayDrawing day = new DayDrawing(log, reader, from, to);
    for (Records.Held each : records.before(log, from, LASTING, BEFORE)) {
      day.take(each);
    }
    day.beginsHere();
    held.stream().limit(MOST).forEach(day::take);
    day.finish();
    return new Day(date, day.draw(date, end), before, after, held.size() > MOST);
  }

  /** Of what came before the day only what goes on is drawn. */
  private void beginsHere() {
    marks.values().forEach(List::clear);
    bands.clear();
    presenceSince = from;
  }

  private void take(Records.Held held) {
    String type = held.row().type();
    Instant at = Instant.ofEpochMilli(held.row().wall());
    String link = "/workstations/" + log + "/records/" + held.row().seq();
    Json.Obj event = held.body().flatMap(DayDrawing::parsed).orElseGet(Json::object);
    String said =
        reader.clock(at)
            + " "
            + (held.body().isPresent()
                ? reader.summary().of(type, event)
                : reader.summary().withoutBody(type));
    switch (type) {
      case "presence.change" -> change(at, leaf(held).text("presence", "unknown"));
      case "usb.attach", "session.start" -> begin(type, key(type, event), at, said, link);
      case "sensor.blind" -> begin(type, "sensor " + sensor(held), at, said, link);
      case "usb.detach" -> end(Lane.STICKS, key(type, event), at, "", said, link);
      case "session.end" -> end(Lane.SESSIONS, key(type, event), at, "", said, link);
      case "sensor.back", "sensor.live" -> {
        if (open.containsKey("sensor " + sensor(held))) {
          end(Lane.WATCHING, "sensor " + sensor(held), at, "blind", said, link);
        }
      }
      case "log.start", "log.stop" -> mark(Lane.WATCHING, at, "rest", said, link);
      case "program.new", "proc.start", "program.burst" -> mark(Lane.PROGRAMS, at, "", said, link);
      case "finding.new" -> mark(Lane.FINDINGS, at, "weight-" + held.row().severity(), said, link);
      default -> other(type, at, said, link);
    }
  }

  private void other(String type, Instant at, String said, String link) {
    if (type.startsWith("autostart.")) {
      mark(Lane.AUTOSTART, at, "", said, link);
    } else if (type.startsWith("image.")) {
      mark(Lane.IMAGES, at, "", said, link);
    } else if (type.startsWith("net.")) {
      mark(Lane.UPLOAD, at, "", said, link);
    }
  }

  private void mark(Lane lane, Instant at, String css, String said, String link) {
    marks(lane).add(new Lanes.Mark(at, at, css, said, link));
  }

  private List<Lanes.Mark> marks(Lane lane) {
    return marks.computeIfAbsent(lane, each -> new ArrayList<>());
  }

  private void begin(String type, String key, Instant at, String said, String link) {
    open.putIfAbsent(key, new Open(at, said, link));
    if (type.equals("usb.attach") && key.endsWith(" ")) {
      open.remove(key); // without a name it cannot be told when it went
      mark(Lane.STICKS, at, "", said, link);
    }
  }

  private void end(Lane lane, String key, Instant at, String css, String said, String link) {
    Open begun = open.remove(key);
    Instant since = begun == null || begun.since().isBefore(from) ? from : begun.since();
    if (begun == null) {
      mark(lane, at, css, said, link); // when it began is not known
    } else {
      marks(lane).add(new Lanes.Mark(since, at, css, begun.title() + " · " + said, begun.link()));
    }
  }

  private void change(Instant at, String now) {
    band(at);
    presence = now;
    presenceSince = at.isBefore(from) ? from : at;
  }

  private void band(Instant until) {
    if (!presence.isEmpty() && until.isAfter(presenceSince)) {
      String css = shown(presence);
      bands.add(
          new Lanes.Band(
              presenceSince,
              until,
              css,
              reader.say("presence." + css, reader.clock(presenceSince), reader.clock(until))));
    }
  }

  /** Three ways to be drawn for the five states that records know. */
  private static String shown(String state) {
    for (Presence.State known : Presence.State.values()) {
      if (known.word().equals(state) && known != Presence.State.UNKNOWN) {
        return known.isUnattended() ? "unattended" : "attended";
      }
    }
    return "unknown";
  }

  private void finish() {
    band(to);
    for (Map.Entry<String, Open> each : open.entrySet()) {
      Lane lane =
          each.getKey().startsWith("sensor ")
              ? Lane.WATCHING
              : each.getKey().startsWith("usb ") ? Lane.STICKS : Lane.SESSIONS;
      Instant since = each.getValue().since();
      marks(lane)
          .add(
              new Lanes.Mark(
                  since.isBefore(from) ? from : since,
                  to,
                  lane == Lane.WATCHING ? "blind" : "",
                  each.getValue().title(),
                  each.getValue().link()));
    }
  }

  private Drawing draw(LocalDate date, Instant end) {
    Lanes lanes = new Lanes(from, end);
    bands.forEach(lanes::band);
    if (to.isBefore(end)) {
      lanes.band(new Lanes.Band(to, end, "off", ""));
    }
    for (int hour = 0; hour <= 24; hour += 3) {
      lanes.tick(
          new Lanes.Tick(reader.at(date, hour), String.format(Locale.ROOT, "%02d:00", hour)));
    }
    for (Lane each : Lane.values()) {
      lanes.lane(
          new Lanes.Lane(reader.say("lane." + each.name().toLowerCase(Locale.ROOT)), marks(each)));
    }
    return lanes.draw(reader.say("day.title", reader.day(date)));
  }

  /** What a thing that comes and goes is known by. */
  private static String key(String type, Json.Obj event) {
    return type.startsWith("usb.")
        ? "usb " + object(event, "peripheral_device").text("uid", "")
        : "session " + object(event, "session").text("uid", "");
  }

  private static String sensor(Records.Held held) {
    return leaf(held).text("sensor", "");
  }

  private static Json.Obj leaf(Records.Held held) {
    try {
      return Leaf.parse(held.leaf()).fields();
    } catch (EvidenceException e) {
      throw new IllegalStateException("HQ holds a leaf that is none", e);
    }
  }

  private static Json.Obj object(Json.Obj from, String key) {
    return from.find(key)
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .orElseGet(Json::object);
  }

  private static Optional<Json.Obj> parsed(byte[] body) {
    try {
      return Optional.of(Json.parse(body));
    } catch (JsonException e) {
      return Optional.empty(); // shown as a record without content
    }
  }
}
