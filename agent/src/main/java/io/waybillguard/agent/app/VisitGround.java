package io.waybillguard.agent.app;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.platform.RunningProgram;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.LinuxUsb;
import io.waybillguard.agent.platform.shared.JavaProcesses;
import io.waybillguard.agent.platform.windows.WindowsRegistry;
import io.waybillguard.agent.platform.windows.WindowsUsb;
import io.waybillguard.agent.sense.persistence.Inventory;
import io.waybillguard.agent.visit.Look;
import io.waybillguard.agent.visit.Scenery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is looked at around a visit on this machine: what starts by itself, programs that run and
 * belong to no package, and USB devices. A program's state is its file's size and time, since
 * hashing all of them would keep the disk busy for minutes.
 */
final class VisitGround implements Look {
  private final Packages packages;
  private final Registry registry;
  private final Path root;
  private final Supplier<Optional<UsbBus>> usb;

  private VisitGround(
      Packages packages, Registry registry, Path root, Supplier<Optional<UsbBus>> usb) {
    this.packages = packages;
    this.registry = registry;
    this.root = root;
    this.usb = usb;
  }

  static VisitGround of(String osName, SystemEvents events, InstantSource clock) {
    return switch (Os.named(osName)) {
      case LINUX ->
          new VisitGround(
              new DpkgPackages(clock),
              Registry.NONE,
              Path.of("/"),
              () -> Optional.of(new LinuxUsb(clock)));
      case WINDOWS ->
          new VisitGround(
              Packages.UNKNOWN,
              new WindowsRegistry(),
              WindowsSensors.drive(),
              () -> Optional.of(new WindowsUsb(events)));
      default -> new VisitGround(Packages.UNKNOWN, Registry.NONE, Path.of("/"), Optional::empty);
    };
  }

  @Override
  public Scenery now() {
    Scenery.Builder seen = Scenery.builder();
    autostarts(seen);
    programs(seen);
    devices(seen);
    return seen.done();
  }

  private void autostarts(Scenery.Builder seen) {
    try {
      Inventory found = Inventory.of(Sensors.points(), root, registry, done -> {});
      found.entries().forEach(entry -> seen.saw(key(entry), thing(entry)));
      seen.didNotSee(found.unseen());
    } catch (IOException e) {
      seen.blindFor("autostart", String.valueOf(e.getMessage()));
    }
  }

  private static String key(AutostartEntry entry) {
    return entry.point() + "\n" + entry.file() + "\n" + entry.name();
  }

  private static Scenery.Thing thing(AutostartEntry entry) {
    String state =
        String.join(
            "\n",
            entry.user(),
            entry.command(),
            entry.program().path(),
            entry.program().sha256(),
            String.valueOf(entry.enabled()));
    return new Scenery.Thing("autostart", entry.name(), entry.file(), state);
  }

  private void programs(Scenery.Builder seen) {
    for (RunningProgram each : new JavaProcesses().now()) {
      Path file = Path.of(each.executable());
      if (packages.owner(file).known() != Packages.Known.OWNED) {
        String name = String.valueOf(file.getFileName());
        seen.saw(
            each.executable(), new Scenery.Thing("program", name, each.executable(), state(file)));
      }
    }
  }

  /** A program whose file was replaced while it runs has none any more. */
  private static String state(Path file) {
    try {
      BasicFileAttributes its = Files.readAttributes(file, BasicFileAttributes.class);
      return its.size() + " " + its.lastModifiedTime().toMillis();
    } catch (IOException e) {
      return "no file";
    }
  }

  private void devices(Scenery.Builder seen) {
    Optional<UsbBus> bus = usb.get();
    if (bus.isEmpty()) {
      seen.blindFor("usb", "USB devices cannot be listed on this system");
      return;
    }
    try {
      for (UsbPeripheral each : bus.get().open()) {
        String name =
            each.product().isEmpty() ? each.vendorId() + ":" + each.productId() : each.product();
        String serial = each.serial().isEmpty() ? "" : " " + each.serial();
        seen.saw(
            each.passport(), new Scenery.Thing("usb", name + serial, each.port(), each.port()));
      }
    } catch (IOException e) {
      seen.blindFor("usb", String.valueOf(e.getMessage()));
    } finally {
      bus.get().close();
    }
  }
}
