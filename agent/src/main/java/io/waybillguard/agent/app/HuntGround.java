package io.waybillguard.agent.app;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.hunt.Ground;
import io.waybillguard.agent.platform.RunningProgram;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.MountsElsewhere;
import io.waybillguard.agent.platform.shared.JavaProcesses;
import io.waybillguard.agent.platform.windows.WindowsVolumes;
import io.waybillguard.agent.sense.persistence.Inventory;
import io.waybillguard.agent.sense.program.pe.PeImprint;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a hunt looks at on this machine. */
final class HuntGround implements Ground {
  private static final Logger LOG = LoggerFactory.getLogger(HuntGround.class);

  private final Os os;
  private final Function<Path, String> signer;

  HuntGround(InstantSource clock) {
    this.os = Os.here();
    this.signer = os == Os.LINUX ? packages(clock) : HuntGround::signed;
  }

  private static Function<Path, String> packages(InstantSource clock) {
    DpkgPackages packages = new DpkgPackages(clock);
    return program -> packages.owner(program).name();
  }

  @Override
  public String system() {
    return os == Os.LINUX ? "linux" : "windows";
  }

  @Override
  public List<Path> roots() throws IOException {
    if (os == Os.WINDOWS) {
      return new WindowsVolumes().roots();
    }
    List<Path> roots = new ArrayList<>();
    FileSystems.getDefault().getRootDirectories().forEach(roots::add);
    return roots;
  }

  @Override
  public Predicate<Path> elsewhere() throws IOException {
    return os == Os.LINUX
        ? MountsElsewhere.now(Path.of("/proc/self/mountinfo"))
        : HuntGround::leadsAway;
  }

  /**
   * Older names of folders lead to others, or round to themselves; a cloud drive's would fetch what
   * is not here. Java calls such a folder both a folder and something else.
   */
  private static boolean leadsAway(Path folder) {
    try {
      return Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther();
    } catch (IOException e) {
      return false; // gone, or not to be entered either: the walk says so
    }
  }

  @Override
  public List<RunningProgram> running() {
    return new JavaProcesses().now();
  }

  @Override
  public List<AutostartEntry> autostarts() throws IOException {
    return os == Os.OTHER
        ? List.of()
        : Inventory.of(Sensors.points(), os.root(), os.registry(), done -> {}).entries();
  }

  @Override
  public String signer(Path program) {
    return signer.apply(program);
  }

  /**
   * The name in the signature that a Windows program carries. Only its headers and its signature
   * are read, so whether the rest is still what was signed is not looked at.
   */
  private static String signed(Path program) {
    if (!Files.isRegularFile(program)) {
      return "";
    }
    try (SeekableByteChannel file = Files.newByteChannel(program)) {
      return PeImprint.of(file).told().signature().signer();
    } catch (IOException e) {
      LOG.debug("nobody signed {}: {}", program, e.toString());
      return "";
    }
  }
}
