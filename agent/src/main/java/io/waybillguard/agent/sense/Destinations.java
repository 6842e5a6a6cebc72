package io.waybillguard.agent.sense;

import io.waybillguard.agent.event.FileRef;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where files are known to be sent to from a PC: net disks, chat programs, mail, transfer tools.
 * Told by the program that sends, by a name of the other end, by its address, or by the folder that
 * such a program takes files from. Pure; safe for all threads.
 */
public final class Destinations {
  /**
   * One of them.
   *
   * @param id its short name, such as {@code baidu_netdisk}
   * @param programs names of its executables
   * @param hosts names of its servers; {@code *} stands for any part
   * @param networks its addresses, as {@code 91.108.4.0/22}
   * @param folders parts of paths that it takes files from or keeps them in, with slashes
   */
  public record Destination(
      String id,
      List<String> programs,
      List<String> hosts,
      List<String> networks,
      List<String> folders) {}

  private record Named(Pattern host, String id) {}

  /** IPv4 only. */
  private record Network(int address, int bits, String id) {
    boolean holds(byte[] other) {
      int mask = bits == 0 ? 0 : -1 << (32 - bits);
      return other.length == 4 && ((ByteBuffer.wrap(other).getInt() ^ address) & mask) == 0;
    }
  }

  private final List<Destination> all;
  private final List<Named> hosts = new ArrayList<>();
  private final List<Network> networks = new ArrayList<>();

  public Destinations(List<Destination> all) {
    this.all = List.copyOf(all);
    for (Destination one : all) {
      for (String host : one.hosts()) {
        hosts.add(new Named(pattern(host), one.id()));
      }
      for (String network : one.networks()) {
        networks.add(network(network, one.id()));
      }
    }
  }

  /** A name stands for all names below it. */
  private static Pattern pattern(String host) {
    StringBuilder regex = new StringBuilder("(?:.*\\.)?");
    for (String part : host.toLowerCase(Locale.ROOT).split("\\*", -1)) {
      regex.append(Pattern.quote(part)).append("[^.]*");
    }
    regex.setLength(regex.length() - "[^.]*".length());
    return Pattern.compile(regex.toString());
  }

  private static Network network(String text, String id) {
    int slash = text.indexOf('/');
    int address = 0;
    for (String part : text.substring(0, slash).split("\\.")) {
      address = address << 8 | Integer.parseInt(part);
    }
    return new Network(address, Integer.parseInt(text.substring(slash + 1)), id);
  }

  /**
   * The destination behind a connection: by the name of the other end, then its address, then the
   * program. A browser or a general tool says nothing, so the first two count more.
   *
   * @param executable path of the program that sends, or ""
   * @param host a name of the other end, or ""
   * @return its id, or ""
   */
  public String of(String executable, String host, InetAddress address) {
    String name = host.toLowerCase(Locale.ROOT);
    byte[] bytes = address.getAddress();
    return hosts.stream()
        .filter(known -> !name.isEmpty() && known.host().matcher(name).matches())
        .map(Named::id)
        .findFirst()
        .or(() -> networks.stream().filter(n -> n.holds(bytes)).map(Network::id).findFirst())
        .or(() -> ofProgram(executable))
        .orElse("");
  }

  private Optional<String> ofProgram(String executable) {
    String name = FileRef.nameOf(executable);
    return name.isEmpty()
        ? Optional.empty()
        : all.stream()
            .filter(one -> one.programs().stream().anyMatch(name::equalsIgnoreCase))
            .map(Destination::id)
            .findFirst();
  }

  /**
   * The destination that files in a place are on their way to: a sync folder, a chat program's
   * cache.
   *
   * @param path absolute, with slashes
   * @return its id, or ""
   */
  public String ofFolder(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    return all.stream()
        .filter(
            one ->
                one.folders().stream()
                    .anyMatch(f -> lower.contains("/" + f.toLowerCase(Locale.ROOT) + "/")))
        .map(Destination::id)
        .findFirst()
        .orElse("");
  }
}
