package io.waybillguard.agent.sense.persistence;

import java.util.List;

/** Programs that a desktop starts: Desktop Application Autostart Specification 0.5, and D-Bus. */
final class DesktopFile {
  private static final String ENTRY = "Desktop Entry";
  private static final String BUS = "D-BUS Service";

  private DesktopFile() {}

  static List<Line> autostart(Source source) {
    if (!source.name().endsWith(".desktop")) {
      return List.of();
    }
    Ini ini = Ini.of(source);
    String command = ini.value(ENTRY, "Exec").orElse("");
    boolean off =
        ini.value(ENTRY, "Hidden").orElse("").equals("true")
            || ini.value(ENTRY, "X-GNOME-Autostart-enabled").orElse("").equals("false");
    return command.isEmpty() && !off
        ? List.of()
        : List.of(Line.command(source.name(), "", command).enabled(!off));
  }

  /** What the message bus starts when somebody asks for its name. */
  static List<Line> onTheBus(Source source) {
    Ini ini = Ini.of(source);
    String command = ini.value(BUS, "Exec").orElse("");
    return command.isEmpty() || !source.name().endsWith(".service")
        ? List.of()
        : List.of(
            Line.command(
                ini.value(BUS, "Name").orElse(source.name()),
                ini.value(BUS, "User").orElse(""),
                command));
  }
}
