package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.JsonException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The readers by the names that {@code config/indicators/persistence-points.yaml} uses. */
final class Formats {
  /** Reads one kind of file. */
  @FunctionalInterface
  interface Reader {
    /**
     * @throws JsonException if the file is JSON by its kind and is none
     */
    List<Line> read(Source source) throws JsonException;
  }

  /** Files that are one thing as a whole: their content is not read as text. */
  private static final Set<String> WHOLE = Set.of("program", "module", "content", "postinst");

  private static final Map<String, Reader> READERS = readers();

  private Formats() {}

  private static Map<String, Reader> readers() {
    Map<String, Reader> all = new HashMap<>();
    all.put("program", s -> List.of(Line.program(s.name(), s.path())));
    all.put("module", s -> List.of(Line.program(s.name(), s.path())));
    all.put("postinst", s -> List.of(Line.program(s.name(), s.path())));
    all.put("content", s -> List.of(Line.whole(s.name())));
    all.put("systemd-unit", SystemdUnit::commands);
    all.put("systemd-trigger", SystemdUnit::triggers);
    all.put("cron-system", CronFiles::ofSystem);
    all.put("cron-user", CronFiles::ofUser);
    all.put("anacron", CronFiles::ofAnacron);
    all.put("at", CronFiles::ofAt);
    all.put("link", BootFiles::runLevel);
    all.put("inittab", BootFiles::inittab);
    all.put("modprobe", BootFiles::modprobe);
    all.put("kernel-command-line", BootFiles::commandLine);
    all.put("kernel-taint", BootFiles::taint);
    all.put("desktop", DesktopFile::autostart);
    all.put("dbus-service", DesktopFile::onTheBus);
    all.put("shell", ShellFile::read);
    all.put("preload", Preloads::inFile);
    all.put("environment-preload", Preloads::inEnvironment);
    all.put("lines", s -> s.lines().stream().map(l -> Line.fact(l, "", l)).toList());
    all.put("authorized-keys", SshFiles::authorizedKeys);
    all.put("sshd-config", SshFiles::server);
    all.put("ssh-config", SshFiles::client);
    all.put("pam", HookFiles::pam);
    all.put("udev", HookFiles::udev);
    all.put("apt-conf", HookFiles::apt);
    all.put("logrotate", HookFiles::logrotate);
    all.put("passwd", AccountFiles::passwd);
    all.put("shadow", AccountFiles::shadow);
    all.put("group", AccountFiles::group);
    all.put("sudoers", AccountFiles::sudoers);
    all.put("chromium-extension", BrowserFiles::chromiumExtension);
    all.put("firefox-extensions", BrowserFiles::firefoxExtensions);
    all.put("native-messaging", BrowserFiles::nativeMessaging);
    all.put("task", TaskFile::read);
    all.put("startup", StartupFile::read);
    all.put(
        Tree.HIDDEN_MODULES,
        s -> s.lines().stream().map(l -> Line.fact(l, "", "loaded, yet not listed")).toList());
    return Map.copyOf(all);
  }

  static boolean isKnown(String format) {
    return READERS.containsKey(format);
  }

  static boolean isWhole(String format) {
    return WHOLE.contains(format);
  }

  /** Whether a format is of bytes, each of which is the character of its number in the text. */
  static boolean isBinary(String format) {
    return format.equals("startup");
  }

  /**
   * What a file says. A file that is not of its kind is one entry that says so, and never an error:
   * who starts something by a broken file must not blind the look at all others.
   */
  static List<Line> read(String format, Source source) {
    Reader reader = READERS.get(format);
    if (reader == null) {
      throw new IllegalArgumentException("no reader is called " + format);
    }
    try {
      return distinct(reader.read(source));
    } catch (JsonException e) {
      return List.of(Line.whole(source.name() + " (not JSON)"));
    }
  }

  /** Two jobs at the same hour are two entries. */
  private static List<Line> distinct(List<Line> lines) {
    Map<String, Integer> seen = new HashMap<>();
    List<Line> all = new ArrayList<>();
    for (Line line : lines) {
      int times = seen.merge(line.name(), 1, Integer::sum);
      all.add(times == 1 ? line : line.named(line.name() + " #" + times));
    }
    return all;
  }
}
