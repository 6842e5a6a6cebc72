package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.linux.LinuxFolders;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The sensor as any other, with the real watch of folders. */
@EnabledOnOs(OS.LINUX)
final class PersistenceSensorContractTest implements SensorContract {
  @TempDir private Path root;
  @TempDir private Path data;
  private PersistenceSensor sensor;

  @BeforeEach
  void make() {
    sensor =
        new PersistenceSensor(
            List.of(
                new Point(
                    "cron", List.of(new Point.Place("cron-system", List.of("/etc/cron.d/*"))))),
            root,
            data,
            new LinuxFolders(),
            Registry.NONE,
            InstantSource.system(),
            new Random(1),
            new PersistenceSettings(Duration.ofHours(6), 10));
  }

  @Override
  public Sensor sensor() {
    return sensor;
  }

  /** A busy machine leaves programs of the first sweep to the looks that follow. */
  @Override
  public void open() throws IOException {
    sensor.open();
    while (sensor.isSweeping()) {
      sensor.sense(Duration.ofMillis(20));
    }
  }
}
