package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.pipeline.SensorDuty;
import io.waybillguard.agent.report.PackageSource;
import io.waybillguard.agent.update.Installing;
import io.waybillguard.agent.update.Updater;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What updating on HQ's order knows of this program and its sensors. */
final class Updates {
  private Updates() {}

  /**
   * Whose packages this PC installs: {@code release.vkey} beside the jar, where the package put it
   * and the running agent cannot write. Absent where there is none.
   */
  static Optional<VerifierKey> releaseKey() throws IOException {
    Optional<Path> named =
        Machines.program().map(jar -> jar.resolveSibling("release.vkey")).filter(Files::exists);
    if (named.isEmpty()) {
      return Optional.empty();
    }
    Path file = named.get();
    try {
      return Optional.of(VerifierKey.parse(Files.readString(file, StandardCharsets.UTF_8).strip()));
    } catch (EvidenceException e) {
      throw new IOException(file + " is no release key: " + e.getMessage(), e);
    }
  }

  /** As a release names it: the system, and the processor in Debian's words. */
  static String platform(String osName, String osArch) {
    String system = Os.named(osName).name().toLowerCase(Locale.ROOT);
    String processor =
        switch (osArch) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          default -> osArch;
        };
    return system + "-" + processor;
  }

  /**
   * The version that runs.
   *
   * @param data the agent's data folder
   */
  static Updater.Here here(Path data) throws IOException {
    return new Updater.Here(
        Version.current(),
        platform(System.getProperty("os.name"), System.getProperty("os.arch")),
        releaseKey(),
        () -> data.toFile().getUsableSpace());
  }

  /** Who installs here; absent where this version knows nobody. */
  static Optional<Installing> installing(Home home) throws IOException {
    if (Os.here() == Os.LINUX) {
      return Optional.of(Installing.BY_UNIT);
    }
    Optional<ProgramFolder> program = Machines.program().map(ProgramFolder::of);
    return Os.here()
        .serviceManager()
        .map(manager -> new InstallingService(home, manager, Os.here().registry(), program));
  }

  /** Packages as HQ gives them. */
  static Updater.Source from(PackageSource packages) {
    return (sha256, from) -> {
      try {
        return packages.piece(sha256, from);
      } catch (PackageSource.Missing e) {
        throw new Updater.Gone(String.valueOf(e.getMessage()));
      }
    };
  }

  /** How the sensors are. */
  static Updater.Condition condition(List<SensorDuty.State> sensors, boolean heard) {
    Set<String> seeing =
        sensors.stream()
            .filter(s -> s.sight() == SensorDuty.Sight.LIVE)
            .map(SensorDuty.State::name)
            .collect(Collectors.toSet());
    Map<String, String> others =
        sensors.stream()
            .filter(s -> s.sight() != SensorDuty.Sight.LIVE)
            .collect(
                Collectors.toMap(
                    SensorDuty.State::name,
                    s -> s.sight().name().toLowerCase(Locale.ROOT) + " " + s.detail()));
    return new Updater.Condition(seeing, others, heard);
  }
}
