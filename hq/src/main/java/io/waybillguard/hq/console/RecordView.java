package io.waybillguard.hq.console;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.hq.store.Records;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A record as a page shows it.
 *
 * @param log id of its log
 * @param seq its place
 * @param at when, by the desk's clock
 * @param type such as {@code usb.attach}
 * @param kind the type in words
 * @param severity OCSF severity, 0 when the body is not here
 * @param sentence what it says
 * @param leaf its header, exactly as hashed
 * @param event its OCSF event, laid out; "" when the body is not here
 */
public record RecordView(
    String log,
    long seq,
    Instant at,
    String type,
    String kind,
    int severity,
    String sentence,
    String leaf,
    String event) {

  /** The severity as it is ordered: what is not known, or not on the scale, comes last. */
  long weight() {
    return severity < 99 ? severity : 0;
  }

  static RecordView of(String log, Records.Held held, Reader reader) {
    String type = held.row().type();
    Optional<Json.Obj> event = held.body().flatMap(RecordView::parse);
    return new RecordView(
        log,
        held.row().seq(),
        Instant.ofEpochMilli(held.row().wall()),
        type,
        reader.summary().kind(type),
        held.row().severity(),
        event
            .map(e -> reader.summary().of(type, e))
            .orElseGet(() -> reader.summary().withoutBody(type)),
        new String(held.leaf(), StandardCharsets.UTF_8),
        event
            .map(RecordView::laidOut)
            .orElseGet(
                () -> held.body().map(b -> new String(b, StandardCharsets.UTF_8)).orElse("")));
  }

  /** A body that is no event of our dialect is shown as the text that it is. */
  private static Optional<Json.Obj> parse(byte[] body) {
    try {
      return Optional.of(Json.parse(body));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  static String laidOut(Json.Obj event) {
    StringBuilder out = new StringBuilder();
    layOut(out, event, "");
    return out.toString();
  }

  private static void layOut(StringBuilder out, Object value, String indent) {
    String deeper = indent + "  ";
    if (value instanceof Json.Obj obj && !obj.keys().isEmpty()) {
      String before = "{\n";
      for (String key : obj.keys()) {
        out.append(before).append(deeper).append(text(key)).append(": ");
        layOut(out, obj.find(key).orElse(""), deeper);
        before = ",\n";
      }
      out.append('\n').append(indent).append('}');
    } else if (value instanceof Collection<?> list && !list.isEmpty()) {
      String before = "[\n";
      for (Object each : list) {
        out.append(before).append(deeper);
        layOut(out, each, deeper);
        before = ",\n";
      }
      out.append('\n').append(indent).append(']');
    } else if (value instanceof String s) {
      out.append(text(s));
    } else if (value instanceof List<?>) {
      out.append("[]");
    } else {
      out.append(value);
    }
  }

  /** A string as JSON writes it. */
  private static String text(String s) {
    String inside = Json.object().put("", s).toString();
    return inside.substring("{\"\":".length(), inside.length() - 1);
  }
}
