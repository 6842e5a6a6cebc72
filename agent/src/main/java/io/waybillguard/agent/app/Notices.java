package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.notify.HqLink;
import io.waybillguard.agent.notify.Notifier;
import io.waybillguard.agent.platform.CodeReader;
import io.waybillguard.agent.platform.Desktop;
import io.waybillguard.agent.platform.Presences;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.linux.LinuxCodeReader;
import io.waybillguard.agent.platform.linux.LinuxDesktop;
import io.waybillguard.agent.platform.linux.LinuxPresences;
import io.waybillguard.agent.platform.windows.WindowsDesktop;
import io.waybillguard.agent.platform.windows.WindowsPresences;
import io.waybillguard.agent.report.Reporter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the desk is told on this system. */
final class Notices {
  /**
   * What keeps the program small: it holds one window for a minute or so. Measured on Debian 12
   * with Java 17, {@code agent/src/it/notice.py}.
   */
  private static final List<String> SMALL =
      List.of(
          "-Xms4m",
          "-Xmx24m",
          "-Xss256k",
          "-XX:+UseSerialGC",
          // It draws one card: what a compiler would save is less than what it takes.
          "-Xint",
          "-XX:ReservedCodeCacheSize=8m",
          "-XX:MaxMetaspaceSize=32m",
          "-XX:-UsePerfData",
          "-Xshare:auto",
          // One card is drawn without the graphics card's help, whose libraries are large.
          "-Dsun.java2d.xrender=false",
          "-Dsun.java2d.opengl=false",
          "-Dsun.java2d.d3d=false",
          "-Djava.awt.headless=false");

  private Notices() {}

  /**
   * The notifier of this machine; none where it is switched off, or on a system whose screen this
   * version cannot reach.
   *
   * @param events what the system tells this process, if it does
   */
  static Optional<Notifier> of(
      String osName,
      Config.Notice config,
      Path data,
      SystemEvents events,
      LogClerk clerk,
      Reporter reporter,
      InstantSource clock) {
    Optional<Desk> desk =
        switch (Os.named(osName)) {
          case LINUX ->
              Optional.of(
                  new Desk(
                      new LinuxDesktop(),
                      config.scanner().isEmpty()
                          ? CodeReader.NONE
                          : new LinuxCodeReader(config.scanner()),
                      new LinuxPresences(clock)));
          case WINDOWS ->
              Optional.of(
                  new Desk(
                      new WindowsDesktop(), CodeReader.NONE, new WindowsPresences(events, clock)));
          case OTHER -> Optional.empty();
        };
    return desk.filter(there -> config.enabled())
        .map(there -> notifier(there, config, data, clerk, reporter, clock));
  }

  private record Desk(Desktop desktop, CodeReader scanner, Presences keys) {}

  private static Notifier notifier(
      Desk desk,
      Config.Notice config,
      Path data,
      LogClerk clerk,
      Reporter reporter,
      InstantSource clock) {
    return new Notifier(
        data,
        clerk,
        settings(config),
        desk.desktop(),
        desk.scanner(),
        desk.keys(),
        () -> link(reporter.state().link()),
        reporter::hurry,
        environment -> Language.ofSystem(environment, Locale.ROOT, false).locale(),
        clock,
        ZoneId.systemDefault(),
        new SecureRandom());
  }

  private static Notifier.Settings settings(Config.Notice config) {
    return new Notifier.Settings(
        Severity.valueOf(config.leastSeverity().toUpperCase(Locale.ROOT)),
        config.foldAfter(),
        config.remindAfter(),
        config.repeats(),
        config.quietHours().from(),
        config.quietHours().until(),
        config.hqPhone(),
        program());
  }

  /** The Java that runs this program, and the same jar. */
  static List<String> program() {
    return OwnProgram.command(SMALL, NoticeProgram.class);
  }

  private static HqLink link(Reporter.Link link) {
    return switch (link) {
      case NOT_ENROLLED -> HqLink.NONE;
      case CONNECTED, RESTRICTED -> HqLink.REACHED;
      default -> HqLink.AWAY;
    };
  }
}
