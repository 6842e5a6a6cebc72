package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/** Entries as JSON, for the memory of the sensor and for the output of {@code sweep}. */
public final class Entries {
  private Entries() {}

  /** One entry. */
  public static Json.Obj json(AutostartEntry entry) {
    FileRef program = entry.program();
    return Json.object()
        .put("point", entry.point())
        .put("file", entry.file())
        .put("name", entry.name())
        .put("user", entry.user())
        .put("command", entry.command())
        .put("enabled", entry.enabled())
        .put("program", program.path())
        .put("kind", program.kind())
        .put("size", program.size())
        .put("sha256", program.sha256())
        .put("unreadable", program.unreadable())
        .put("owner", program.owner())
        .put("hidden", program.hidden());
  }

  static AutostartEntry entry(Json.Obj json) throws JsonException {
    return new AutostartEntry(
        json.text("point"),
        json.text("file"),
        json.text("name"),
        json.text("user"),
        json.text("command"),
        new FileRef(
            json.text("program"),
            json.text("kind"),
            json.number("size"),
            json.text("sha256"),
            json.text("unreadable"),
            json.text("owner"),
            false,
            json.flag("hidden", false)),
        json.flag("enabled", true));
  }

  static List<Json.Obj> json(Collection<AutostartEntry> entries) {
    return entries.stream().map(Entries::json).toList();
  }

  static List<AutostartEntry> entries(List<Json.Obj> all) throws JsonException {
    List<AutostartEntry> entries = new ArrayList<>();
    for (Json.Obj one : all) {
      entries.add(entry(one));
    }
    return entries;
  }

  /** SHA-256 over all of them in canonical form and in this order, lower-case hex. */
  public static String digest(Collection<AutostartEntry> entries) {
    java.security.MessageDigest digest = Programs.sha256();
    for (AutostartEntry entry : entries) {
      digest.update(json(entry).canonical());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
