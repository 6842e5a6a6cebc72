package io.waybillguard.agent.sense.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Units of systemd and their drop-ins, by systemd.unit(5), systemd.service(5) and systemd.timer(5).
 */
final class SystemdUnit {
  private static final Set<String> TRIGGERS = Set.of("timer", "path", "socket");

  /** What the keys of a unit that triggers another begin with, or are. */
  private static final Pattern TRIGGER_KEY =
      Pattern.compile(
          "On[A-Z]\\w*|Listen\\w+|Path(?:Exists|ExistsGlob|Changed|Modified)|DirectoryNotEmpty"
              + "|Unit|Service|Persistent");

  private SystemdUnit() {}

  /** Commands of a service or drop-in, and links that make a unit start. */
  static List<Line> commands(Source source) {
    String unit = unitOf(source);
    if (!source.link().isEmpty()) {
      return link(source);
    }
    String kind = kindOf(unit);
    if (!Set.of("service", "socket", "mount", "swap", "conf").contains(kind)) {
      return List.of();
    }
    Ini ini = Ini.of(source);
    List<Line> lines = new ArrayList<>();
    for (String section : List.of("Service", "Socket", "Manager")) {
      String user = ini.value(section, "User").orElse("");
      for (Ini.Pair pair : ini.in(section)) {
        if (pair.key().startsWith("Exec") && !pair.value().isEmpty()) {
          String name =
              pair.key().equals("ExecStart") ? source.name() : source.name() + " " + pair.key();
          String runs = pair.value().replaceFirst("^[@:+!|-]++", "");
          lines.add(
              Line.command(name, user, runs)
                  .wantedAs(ini.has("Install") && !isDropIn(source) ? unit : ""));
        } else if (pair.key().equals("Environment") && Preloads.isOne(pair.value())) {
          lines.add(Preloads.of(source.name() + " Environment", pair.value()));
        }
      }
    }
    return lines;
  }

  /** What makes timers, sockets and paths start a service. */
  static List<Line> triggers(Source source) {
    String unit = unitOf(source);
    if (!TRIGGERS.contains(kindOf(unit)) || !source.link().isEmpty()) {
      return List.of();
    }
    Ini ini = Ini.of(source);
    List<String> says = new ArrayList<>();
    for (String section : List.of("Timer", "Path", "Socket")) {
      for (Ini.Pair pair : ini.in(section)) {
        if (TRIGGER_KEY.matcher(pair.key()).matches()) {
          says.add(pair.key() + "=" + pair.value());
        }
      }
    }
    return says.isEmpty()
        ? List.of()
        : List.of(
            Line.fact(source.name(), "", String.join("; ", says))
                .wantedAs(ini.has("Install") && !isDropIn(source) ? unit : ""));
  }

  /** A link to nothing masks a unit; one in a folder of wishes starts it; others rename it. */
  private static List<Line> link(Source source) {
    if (source.link().equals("/dev/null")) {
      return List.of(Line.fact(source.name(), "", "masked").enabled(false));
    }
    String name = isWish(source.folder()) ? source.folder() + "/" + source.name() : source.name();
    return List.of(Line.fact(name, "", "-> " + source.link()));
  }

  /** Whether links in a folder of this name make units start. */
  static boolean isWish(String folder) {
    return folder.endsWith(".wants") || folder.endsWith(".requires");
  }

  /** The unit that a wish is about: of an instance, its template. */
  static String wished(String name) {
    return name.replaceFirst("@[^.]*", "@");
  }

  private static boolean isDropIn(Source source) {
    return source.folder().endsWith(".d");
  }

  private static String unitOf(Source source) {
    String folder = source.folder();
    return isDropIn(source) && source.name().endsWith(".conf")
        ? folder.substring(0, folder.length() - 2)
        : source.name();
  }

  private static String kindOf(String unit) {
    return unit.substring(unit.lastIndexOf('.') + 1);
  }
}
