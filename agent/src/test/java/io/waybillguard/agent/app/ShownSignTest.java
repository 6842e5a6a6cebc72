package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.sense.Sensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real sensors of this machine see their signs, and make no record of them. */
@EnabledOnOs(OS.LINUX)
final class ShownSignTest {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  @TempDir private Path temp;
  private Config.Sensors settings = Config.DEFAULTS.sensors();

  @BeforeEach
  void aScanFolder() throws Exception {
    Path scan = Files.createDirectory(temp.toRealPath().resolve("scan"));
    Path file = temp.resolve("agent.yaml");
    Files.writeString(file, "sensors:\n  image:\n    folders: [" + scan + "]\n");
    settings = ConfigFile.read(file, "").config().sensors();
  }

  private Sensor sensor(String name) throws Exception {
    return Sensors.of("Linux", settings, temp, InstantSource.system()).stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"usb", "program", "image", "upload", "session", "persistence"})
  void aSensorSeesItsSignAndTellsNothingOfIt(String name) throws Exception {
    Optional<String> cannot = ShownSign.cannotBeGiven(name, settings);
    Assumptions.assumeTrue(
        cannot.isEmpty(), () -> "SKIPPED: " + name + " can be shown nothing here: " + cannot);
    Sensor sensor = sensor(name);
    try {
      Sensor.Sight sight = sensor.open();
      Assumptions.assumeTrue(
          !sight.reduced() || ShownSign.isSeenWhenReduced(name),
          () -> "SKIPPED: " + sight.detail());
      List<Observation> told = new ArrayList<>();
      long end = System.nanoTime() + PATIENCE_NANOS;
      Optional<ShownSign> given = ShownSign.give(name, settings, sensor::expect);
      while (given.isEmpty() && System.nanoTime() < end) {
        told.addAll(sensor.sense(Duration.ofMillis(20))); // its first look may not be over
        given = ShownSign.give(name, settings, sensor::expect);
      }
      try (ShownSign sign = given.orElseThrow()) {
        while (!sign.isSeen() && System.nanoTime() < end) {
          told.addAll(sensor.sense(Duration.ofMillis(20)));
        }
        assertTrue(sign.isSeen(), sign.what());
      }
      told.addAll(sensor.sense(Duration.ofMillis(20)));
      told.addAll(sensor.last());
      assertEquals(List.of(), told.stream().filter(ShownSignTest::isOurDoing).toList());
    } finally {
      sensor.close();
    }
  }

  /** Others use this machine as well. */
  private static boolean isOurDoing(Observation told) {
    return told.toString().contains(".waybill-guard-sign-") || told.type().startsWith("usb.attach");
  }
}
