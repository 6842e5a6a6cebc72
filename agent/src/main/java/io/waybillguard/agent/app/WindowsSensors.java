package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.shared.FileTails;
import io.waybillguard.agent.platform.windows.WindowsPresences;
import io.waybillguard.agent.platform.windows.WindowsRemoteAccess;
import io.waybillguard.agent.platform.windows.WindowsUsb;
import io.waybillguard.agent.platform.windows.WindowsVolumes;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.Unavailable;
import io.waybillguard.agent.sense.presence.PresenceSensor;
import io.waybillguard.agent.sense.session.SessionSensor;
import io.waybillguard.agent.sense.usb.UsbSensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Which sensors run on Windows, one line each. */
final class WindowsSensors {
  private WindowsSensors() {}

  /** As {@link Sensors#of}. */
  static List<Sensor> of(Config.Sensors config, Path data, SystemEvents events, InstantSource clock)
      throws IOException {
    List<Sensor> sensors = new ArrayList<>();
    sensors.add(
        config.usb().enabled()
            ? new UsbSensor(new WindowsUsb(events), new WindowsVolumes(), clock)
            : Sensors.off("usb"));
    sensors.add(notYet("program", config.program().enabled(), "programs"));
    sensors.add(notYet("image", config.image().enabled(), "images"));
    sensors.add(notYet("upload", config.upload().enabled(), "uploads"));
    sensors.add(
        config.session().enabled()
            ? sessions(config.session(), data, events, clock)
            : Sensors.off("session"));
    sensors.add(notYet("persistence", config.persistence().enabled(), "what starts by itself"));
    sensors.add(
        config.presence().enabled()
            ? new PresenceSensor(
                new WindowsPresences(events, clock), config.presence().idleAfter(), clock)
            : Sensors.off("presence"));
    return sensors;
  }

  private static Sensor sessions(
      Config.Session config, Path data, SystemEvents events, InstantSource clock)
      throws IOException {
    return new SessionSensor(
        new WindowsRemoteAccess(events),
        // The places of tools' own logs on Windows are not known to this version.
        new FileTails(List.of(), List.of(), data.resolve("login-logs.tsv")),
        Sensors.tools(),
        ZoneId.systemDefault(),
        data.resolve("logins.json"),
        config.every(),
        clock);
  }

  private static Sensor notYet(String name, boolean enabled, String what) {
    return enabled
        ? new Unavailable(name, "this version cannot see " + what + " on Windows")
        : Sensors.off(name);
  }
}
