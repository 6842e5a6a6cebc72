package io.waybillguard.agent.app;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.hunt.Ground;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.RunningProgram;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.MountsElsewhere;
import io.waybillguard.agent.platform.shared.JavaProcesses;
import io.waybillguard.agent.sense.persistence.Inventory;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a hunt looks at on this machine. */
final class HuntGround implements Ground {
  private final boolean linux;
  private final Packages packages;

  HuntGround(InstantSource clock) {
    this.linux = SensorCheckup.isLinux();
    this.packages = linux ? new DpkgPackages(clock) : Packages.UNKNOWN;
  }

  @Override
  public String system() {
    return linux ? "linux" : "windows";
  }

  @Override
  public List<Path> roots() {
    List<Path> roots = new ArrayList<>();
    FileSystems.getDefault().getRootDirectories().forEach(roots::add);
    return roots;
  }

  @Override
  public Predicate<Path> elsewhere() throws IOException {
    return linux ? MountsElsewhere.now(Path.of("/proc/self/mountinfo")) : folder -> false;
  }

  @Override
  public List<RunningProgram> running() {
    return new JavaProcesses().now();
  }

  @Override
  public List<AutostartEntry> autostarts() throws IOException {
    return linux ? Inventory.of(Sensors.points(), Path.of("/"), done -> {}).entries() : List.of();
  }

  @Override
  public String signer(Path program) {
    return packages.owner(program).name();
  }
}
