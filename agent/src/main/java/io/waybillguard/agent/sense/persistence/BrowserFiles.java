package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Extensions of browsers and the programs that these may talk to: the manifest format of Chrome,
 * Firefox's {@code extensions.json}, and the native messaging manifests that both share.
 */
final class BrowserFiles {
  private BrowserFiles() {}

  /** Below {@code Extensions/ID/VERSION/}. */
  static List<Line> chromiumExtension(Source source) throws JsonException {
    Json.Obj manifest = json(source);
    String[] parts = source.path().split("/");
    String id = parts.length >= 3 ? parts[parts.length - 3] : source.name();
    return List.of(
        Line.fact(
            id, source.account(), manifest.text("name", "") + " " + manifest.text("version", "")));
  }

  static List<Line> firefoxExtensions(Source source) throws JsonException {
    List<Line> lines = new ArrayList<>();
    for (Json.Obj addon : json(source).objects("addons")) {
      if (addon.text("location", "").startsWith("app-builtin")
          || addon.text("location", "").startsWith("app-system")) {
        continue; // part of the browser itself
      }
      lines.add(
          Line.fact(
                  addon.text("id", "?"),
                  source.account(),
                  addon.text("type", "") + " " + addon.text("version", ""))
              .enabled(addon.flag("active", true)));
    }
    return lines;
  }

  static List<Line> nativeMessaging(Source source) throws JsonException {
    Json.Obj manifest = json(source);
    String path = manifest.text("path", "");
    return List.of(
        new Line(
            manifest.text("name", source.name()), source.account(), path, path, true, "", false));
  }

  private static Json.Obj json(Source source) throws JsonException {
    return Json.parse(source.text().getBytes(StandardCharsets.UTF_8));
  }
}
