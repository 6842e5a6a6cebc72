package io.waybillguard.hq.console;

import io.waybillguard.agent.event.CrimeStep;
import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Workstation;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The program that a record is about, if it names one exactly enough to be blocked: pure. */
final class NamedProgram {
  /** Steps of a crime whose findings are about a program; others are about a device or a login. */
  private static final Set<CrimeStep> BY_PROGRAMS =
      EnumSet.of(CrimeStep.PROGRAM, CrimeStep.AUTOSTART, CrimeStep.IMAGES, CrimeStep.UPLOAD);

  private NamedProgram() {}

  static Optional<Disposal.BlockProgram> of(Records.Held record) {
    return record.body().flatMap(NamedProgram::parsed).flatMap(e -> of(record.row().type(), e));
  }

  private static Optional<Disposal.BlockProgram> of(String type, Json.Obj event) {
    return places(type, event).stream()
        .map(place -> text(event, place))
        .flatMap(path -> blocked(path).stream())
        .findFirst();
  }

  /**
   * Where a record of this type names its program. A copy stands before what it was copied from.
   */
  private static List<List<String>> places(String type, Json.Obj event) {
    return switch (type.substring(0, Math.max(0, type.indexOf('.')))) {
      case "program" ->
          List.of(
              List.of("file_result", "path"),
              List.of("process", "file", "path"),
              List.of("file", "path"));
      case "image", "net" -> List.of(List.of("actor", "process", "file", "path"));
      case "autostart" -> List.of(List.of("unmapped", "program"));
      case "finding" ->
          BY_PROGRAMS.contains(CrimeStep.of(text(event, List.of("unmapped", "rule"))))
              ? List.of(List.of("unmapped", "path"))
              : List.of();
      default -> List.of();
    };
  }

  /** Whether the agent of this system cannot keep a program from the network. */
  static boolean isBeyond(Workstation desk) {
    return desk.os().toLowerCase(Locale.ROOT).startsWith("windows");
  }

  private static Optional<Json.Obj> parsed(byte[] body) {
    try {
      return Optional.of(Json.parse(body));
    } catch (JsonException e) {
      return Optional.empty(); // a record of a desk may hold anything; such a one names no program
    }
  }

  private static String text(Json.Obj event, List<String> place) {
    Optional<Json.Obj> at = Optional.of(event);
    for (String key : place.subList(0, place.size() - 1)) {
      at =
          at.flatMap(obj -> obj.find(key))
              .filter(Json.Obj.class::isInstance)
              .map(Json.Obj.class::cast);
    }
    return at.map(obj -> obj.text(place.get(place.size() - 1), "")).orElse("");
  }

  /** A path that was masked, or is none, is nothing that a desk could find. */
  private static Optional<Disposal.BlockProgram> blocked(String path) {
    try {
      return path.contains("*") ? Optional.empty() : Optional.of(new Disposal.BlockProgram(path));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
