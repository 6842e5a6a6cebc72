package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A stored event, or a part of one, as its record reads it back. What is not there is the empty
 * value, as it was when the event was written: empty values are left out of the bytes.
 *
 * <p>A place is a key, or keys with dots between: {@code file.path}. No key of ours has a dot.
 */
final class Recalled {
  private static final Json.Obj NOTHING = Json.object();

  private final Json.Obj part;

  Recalled(Json.Obj part) {
    this.part = part;
  }

  /** The object there; an empty one when there is none. */
  Recalled in(String place) {
    Json.Obj at = part;
    for (String key : place.split("\\.")) {
      at =
          at.find(key).filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).orElse(NOTHING);
    }
    return new Recalled(at);
  }

  /** Whether an object is there. */
  boolean has(String place) {
    return !in(place).part.keys().isEmpty();
  }

  String text(String place) {
    return holder(place).text(key(place), "");
  }

  long number(String place) {
    return holder(place).number(key(place), 0);
  }

  boolean flag(String place) {
    return holder(place).flag(key(place), false);
  }

  List<String> texts(String place) throws JsonException {
    return holder(place).texts(key(place));
  }

  /** All texts of the object there, by key; values of other kinds are left out. */
  SortedMap<String, String> allTexts(String place) {
    Json.Obj there = in(place).part;
    SortedMap<String, String> texts = new TreeMap<>();
    for (String key : there.keys()) {
      there.find(key).filter(String.class::isInstance).ifPresent(t -> texts.put(key, (String) t));
    }
    return texts;
  }

  List<Long> numbers(String place) {
    List<?> array =
        holder(place)
            .find(key(place))
            .filter(List.class::isInstance)
            .<List<?>>map(List.class::cast)
            .orElse(List.of());
    return array.stream().filter(Long.class::isInstance).map(Long.class::cast).toList();
  }

  /** The objects of an array, as parts. */
  List<Recalled> parts(String place) throws JsonException {
    return holder(place).objects(key(place)).stream().map(Recalled::new).toList();
  }

  /** Milliseconds since 1970, as every time in an event is. */
  Instant moment(String place) {
    return Instant.ofEpochMilli(number(place));
  }

  Duration duration(String place) {
    return Duration.ofMillis(number(place));
  }

  /** When it happened. */
  Instant at() {
    return moment("time");
  }

  /** What OCSF has no place for. */
  Recalled unmapped() {
    return in("unmapped");
  }

  private Json.Obj holder(String place) {
    int dot = place.lastIndexOf('.');
    return dot < 0 ? part : in(place.substring(0, dot)).part;
  }

  private static String key(String place) {
    return place.substring(place.lastIndexOf('.') + 1);
  }
}
