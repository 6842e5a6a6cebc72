package io.waybillguard.agent.visit;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.VisitChange;
import io.waybillguard.agent.evidence.Hash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a look over a PC found: what starts by itself, which programs run, which USB devices are in.
 *
 * @param things by what tells each from all others
 * @param unseen files and folders that could not be read: nothing is said of what lies there
 * @param blind kinds that could not be looked at, with the reason
 */
public record Scenery(
    SortedMap<String, Thing> things, SortedSet<String> unseen, SortedMap<String, String> blind) {

  /**
   * One thing.
   *
   * @param kind {@code autostart}, {@code program} or {@code usb}
   * @param name what a person calls it
   * @param where the file or port
   * @param state equal as long as it is the same
   */
  public record Thing(String kind, String name, String where, String state) {
    private Json.Obj json() {
      return Json.object()
          .put("kind", kind)
          .put("name", name)
          .put("where", where)
          .put("state", state);
    }

    private static Thing of(Json.Obj json) throws JsonException {
      return new Thing(
          json.text("kind"), json.text("name"), json.text("where"), json.text("state"));
    }
  }

  public Scenery {
    things = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(things));
    unseen = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(unseen));
    blind = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(blind));
  }

  /** How many things of a kind there are. */
  public long count(String kind) {
    return things.values().stream().filter(each -> each.kind().equals(kind)).count();
  }

  /** SHA-256 over the canonical form, lower-case hex. */
  public String digest() {
    return Hash.sha256(json().canonical()).hex();
  }

  /**
   * What is otherwise in a later look, by kind and name. Of what could not be read at either time
   * nothing is said.
   */
  public List<VisitChange> until(Scenery later) {
    List<VisitChange> changes = new ArrayList<>();
    things.forEach(
        (key, was) -> {
          Thing is = later.things.get(key);
          if (is == null && isComparable(was, later)) {
            changes.add(change(was, "vanished"));
          } else if (is != null && !is.state().equals(was.state())) {
            changes.add(change(is, "changed"));
          }
        });
    later.things.forEach(
        (key, is) -> {
          if (!things.containsKey(key) && isComparable(is, later)) {
            changes.add(change(is, "appeared"));
          }
        });
    return List.copyOf(changes);
  }

  private static VisitChange change(Thing thing, String how) {
    return new VisitChange(thing.kind(), how, thing.name(), thing.where());
  }

  private boolean isComparable(Thing thing, Scenery later) {
    return !blind.containsKey(thing.kind())
        && !later.blind.containsKey(thing.kind())
        && !isBelow(thing.where(), unseen)
        && !isBelow(thing.where(), later.unseen);
  }

  private static boolean isBelow(String where, Collection<String> places) {
    return places.stream()
        .anyMatch(
            each ->
                where.equals(each)
                    || where.startsWith(each + "/")
                    || where.startsWith(each + "\\"));
  }

  /** What was not seen in one look or the other, in words of the system. */
  public List<String> unseenUntil(Scenery later) {
    return Stream.of(this, later)
        .flatMap(
            each ->
                Stream.concat(
                    each.blind.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()),
                    each.unseen.stream()))
        .distinct()
        .sorted()
        .toList();
  }

  /** For the file in which it outlives the agent's end. */
  Json.Obj json() {
    Json.Obj all = Json.object();
    things.forEach((key, thing) -> all.put(key, thing.json()));
    Json.Obj reasons = Json.object();
    blind.forEach(reasons::put);
    return Json.object().put("things", all).put("unseen", unseen).put("blind", reasons);
  }

  static Scenery of(Json.Obj json) throws JsonException {
    SortedMap<String, Thing> things = new TreeMap<>();
    Json.Obj all = json.object("things");
    for (String key : all.keys()) {
      things.put(key, Thing.of(all.object(key)));
    }
    SortedMap<String, String> blind = new TreeMap<>();
    Json.Obj reasons = json.object("blind");
    for (String key : reasons.keys()) {
      blind.put(key, reasons.text(key));
    }
    return new Scenery(things, new TreeSet<>(json.texts("unseen")), blind);
  }

  /** One with nothing in it, to be told things. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects what a look finds. One thread. */
  public static final class Builder {
    private final SortedMap<String, Thing> things = new TreeMap<>();
    private final SortedSet<String> unseen = new TreeSet<>();
    private final SortedMap<String, String> blind = new TreeMap<>();

    private Builder() {}

    /**
     * A thing that is there; of several with one key the states are joined.
     *
     * @param key with the kind it tells the thing from all others
     */
    public Builder saw(String key, Thing thing) {
      things.merge(
          thing.kind() + " " + key,
          thing,
          (a, b) ->
              new Thing(
                  a.kind(), a.name(), both(a.where(), b.where()), both(a.state(), b.state())));
      return this;
    }

    private static String both(String a, String b) {
      TreeSet<String> parts = new TreeSet<>(List.of(a.split(", ")));
      parts.addAll(List.of(b.split(", ")));
      return String.join(", ", parts);
    }

    /** Files and folders that could not be read. */
    public Builder didNotSee(Collection<String> places) {
      unseen.addAll(places);
      return this;
    }

    /** A whole kind that could not be looked at. */
    public Builder blindFor(String kind, String why) {
      blind.put(kind, why);
      return this;
    }

    /** What was told so far. */
    public Scenery done() {
      return new Scenery(things, unseen, blind);
    }
  }
}
