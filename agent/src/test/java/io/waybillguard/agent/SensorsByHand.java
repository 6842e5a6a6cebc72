package io.waybillguard.agent;

import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.LinuxFiles;
import io.waybillguard.agent.platform.linux.LinuxProcesses;
import io.waybillguard.agent.platform.linux.LinuxUsb;
import io.waybillguard.agent.platform.linux.LinuxVolumes;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.program.Families;
import io.waybillguard.agent.sense.program.ProgramSensor;
import io.waybillguard.agent.sense.program.ProgramSettings;
import io.waybillguard.agent.sense.program.UnusualPlaces;
import io.waybillguard.agent.sense.usb.UsbSensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The two Linux sensors without the rest of the agent: every observation on a line of its own, as
 * the log would hold it. For a look at a real machine; stopped by killing it.
 */
final class SensorsByHand {
  private static final Desk DESK =
      new Desk("0", "", "", new Desk.Os(200, "Linux", ""), "boot", ZoneOffset.UTC, "by hand");

  private SensorsByHand() {}

  public static void main(String[] args) {
    InstantSource clock = InstantSource.system();
    LinuxVolumes volumes = new LinuxVolumes();
    LinuxProcesses processes = new LinuxProcesses();
    run(new UsbSensor(new LinuxUsb(clock), volumes, clock));
    run(
        new ProgramSensor(
            new LinuxFiles(processes, volumes, List.of(), clock),
            volumes,
            processes,
            new DpkgPackages(clock),
            clock,
            ProgramSettings.DEFAULT,
            UnusualPlaces.NONE,
            Families.NONE,
            Path.of(System.getProperty("java.io.tmpdir"), "programs.json")));
  }

  private static void run(Sensor sensor) {
    new Thread(() -> watch(sensor), sensor.name()).start();
  }

  private static void watch(Sensor sensor) {
    try {
      Sensor.Sight sight = sensor.open();
      print(List.of(new SensorLive(Instant.now(), sensor.name(), sight.reduced(), sight.detail())));
      print(sight.found());
      while (true) {
        print(sensor.sense(Duration.ofSeconds(5)));
      }
    } catch (IOException e) {
      throw new IllegalStateException(sensor.name() + " cannot see", e);
    }
  }

  private static synchronized void print(List<Observation> seen) {
    for (Observation one : seen) {
      // Bytes, since the locale of a bare machine would spell Chinese as question marks.
      byte[] body = DESK.body(one, 0, Instant.now());
      System.out.write(body, 0, body.length);
      System.out.write('\n');
      System.out.flush();
    }
  }
}
