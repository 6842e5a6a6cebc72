package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.dispose.Disposer;
import io.waybillguard.agent.dispose.Untouchable;
import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.linux.DpkgPackages;
import io.waybillguard.agent.platform.linux.LinuxFirewall;
import io.waybillguard.agent.platform.linux.LinuxRemoteLines;
import io.waybillguard.agent.platform.linux.LinuxUsbGate;
import io.waybillguard.agent.platform.shared.NoFirewall;
import io.waybillguard.agent.platform.shared.NoRemoteLines;
import io.waybillguard.agent.platform.shared.NoUsbGate;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Who carries disposals out on this system, and what nobody's order may touch. */
final class Disposals {
  private Disposals() {}

  static Disposer of(
      String osName,
      Config.Disposal settings,
      Path data,
      LogClerk clerk,
      InstantSource wall,
      LongSupplier mono,
      Runnable told)
      throws IOException {
    Set<Kind> allowed = kinds(settings.allow());
    Set<Kind> automatic = kinds(settings.automatic());
    automatic.retainAll(allowed);
    return new Disposer(
        data,
        clerk,
        ports(osName, wall),
        new Own(data, Machines.program()),
        new Disposer.Consent(allowed, automatic),
        new Disposer.Clocks(wall, mono, new SecureRandom()),
        told);
  }

  private static Set<Kind> kinds(List<String> words) {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    words.forEach(word -> Kind.of(word).ifPresent(kinds::add));
    return kinds;
  }

  private static Disposer.Ports ports(String osName, InstantSource wall) {
    return Os.named(osName) == Os.LINUX
        ? new Disposer.Ports(
            new LinuxRemoteLines(), new LinuxFirewall(), new LinuxUsbGate(), new DpkgPackages(wall))
        : new Disposer.Ports(
            new NoRemoteLines(), new NoFirewall(), new NoUsbGate(), Packages.UNKNOWN);
  }

  /** What is HQ's, and what is the agent's. */
  private record Own(Path data, Optional<Path> program) implements Untouchable {
    /** resolv.conf(5), and what systemd-resolved asks behind its own address. */
    private static final List<Path> RESOLVERS =
        List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    private static final List<Path> NETWORK =
        Stream.of(
                "/usr/lib/systemd",
                "/usr/lib/NetworkManager",
                "/usr/sbin/NetworkManager",
                "/usr/sbin/dhclient",
                "/usr/sbin/dhcpcd",
                "/usr/sbin/dnsmasq",
                "/usr/sbin/wpa_supplicant",
                "/usr/libexec/iwd")
            .map(Path::of)
            .toList();

    @Override
    public List<InetAddress> hq() throws IOException {
      Optional<Enrolment> hq = Enrolment.load(data);
      return hq.isEmpty() ? List.of() : List.of(InetAddress.getAllByName(hq.get().hq().getHost()));
    }

    @Override
    public List<InetAddress> nameServers() throws IOException {
      List<InetAddress> found = new ArrayList<>();
      for (Path file : RESOLVERS) {
        for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
          String[] words = line.strip().split("\\s+");
          if (words.length > 1 && words[0].equals("nameserver")) {
            found.add(InetAddress.getByName(words[1]));
          }
        }
      }
      return found;
    }

    @Override
    public List<InetAddress> own() throws IOException {
      return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    }

    /** What gets addresses and answers names: of systemd, of NetworkManager, of Debian. */
    @Override
    public List<Path> network() {
      return NETWORK;
    }

    @Override
    public List<Path> files() {
      return Stream.concat(
              Stream.of(data, Path.of(System.getProperty("java.home"))), program.stream())
          .toList();
    }
  }
}
