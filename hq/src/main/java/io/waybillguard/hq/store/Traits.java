package io.waybillguard.hq.store;

import io.waybillguard.agent.event.Json;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** By what a record is found besides its time, type and severity: read from its OCSF event. */
final class Traits {
  /** What a trait is. */
  enum What {
    /** Fingerprint of a device, such as a stick. */
    PASSPORT,
    /** Fingerprint of a piece that stores data and has a serial number: it is no other piece. */
    STICK,
    /** Hash of a file, lower-case hex. */
    SHA256,
    /** Name of a program's file, in lower case, without its folder. */
    PROGRAM,
    /** What stands for a waybill number that was masked, by the key of the log. */
    WAYBILL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One trait. */
  record Trait(What what, String value) implements Comparable<Trait> {
    @Override
    public int compareTo(Trait other) {
      int byWhat = what.compareTo(other.what);
      return byWhat == 0 ? value.compareTo(other.value) : byWhat;
    }
  }

  /** Deeper than any event of ours. */
  private static final int DEEPEST = 12;

  /** More than any event of ours has. */
  private static final int MOST = 64;

  private static final int OCSF_SHA256 = 3;
  private static final Set<String> PROGRAMS = Set.of("process", "parent_process");
  private static final Set<String> NEW_PROGRAMS = Set.of("file", "file_result");

  private final Set<Trait> found = new TreeSet<>();
  private final boolean newProgram;

  private Traits(boolean newProgram) {
    this.newProgram = newProgram;
  }

  /** The traits of an event; whatever it is, at most a few. */
  static Set<Trait> of(String type, Json.Obj event) {
    Traits traits = new Traits(type.equals("program.new"));
    traits.device(event);
    traits.waybills(event);
    traits.walk(event, 0);
    return traits.found;
  }

  private void device(Json.Obj event) {
    Json.Obj more = object(event, "unmapped");
    String passport = object(event, "peripheral_device").text("uid", "");
    add(What.PASSPORT, passport);
    add(What.PASSPORT, more.text("usb_passport", ""));
    add(What.PASSPORT, more.text("origin_passport", ""));
    boolean stores =
        more.find("usb_interfaces").filter(List.class::isInstance).map(List.class::cast).stream()
            .anyMatch(each -> String.valueOf(each).contains("08/"));
    if (stores && !more.text("usb_serial", "none").equals("none")) {
      add(What.STICK, passport);
    }
  }

  private void waybills(Json.Obj event) {
    if (object(event, "unmapped").find("waybill_tags").orElse("") instanceof List<?> tags) {
      tags.forEach(tag -> add(What.WAYBILL, String.valueOf(tag)));
    }
  }

  private void walk(Object value, int depth) {
    if (depth > DEEPEST) {
      return;
    }
    if (value instanceof Json.Obj obj) {
      if (obj.number("algorithm_id", 0) == OCSF_SHA256) {
        add(What.SHA256, obj.text("value", "").toLowerCase(Locale.ROOT));
      }
      obj.forEach(
          (key, inner) -> {
            if (PROGRAMS.contains(key) || (newProgram && NEW_PROGRAMS.contains(key))) {
              program(inner);
            }
            walk(inner, depth + 1);
          });
    } else if (value instanceof Collection<?> list) {
      list.forEach(each -> walk(each, depth + 1));
    }
  }

  private void program(Object value) {
    if (value instanceof Json.Obj obj) {
      String path = obj.text("path", object(obj, "file").text("path", ""));
      add(What.PROGRAM, name(path).toLowerCase(Locale.ROOT));
    }
  }

  /** The last part of a path, of whatever system. */
  static String name(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  private void add(What what, String value) {
    if (!value.isEmpty() && found.size() < MOST) {
      found.add(new Trait(what, PlainText.indexed(value)));
    }
  }

  private static Json.Obj object(Json.Obj from, String key) {
    return from.find(key)
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .orElseGet(Json::object);
  }
}
