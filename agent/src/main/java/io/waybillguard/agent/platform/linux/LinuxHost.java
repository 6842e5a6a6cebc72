package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.Host;
import io.waybillguard.agent.platform.HostFacts;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * This machine by five small files. OSHI would answer the same for half a second at start and nine
 * more megabytes in memory (measured), on desks that have little of either.
 */
public final class LinuxHost implements Host {
  private final Path root;

  /** This machine. */
  public LinuxHost() {
    this(Path.of("/"));
  }

  /**
   * @param root where /proc, /etc and /usr are; another folder in tests
   */
  LinuxHost(Path root) {
    this.root = root;
  }

  @Override
  public HostFacts facts() throws IOException {
    Map<String, String> release = release();
    return new HostFacts(
        value("proc/sys/kernel/hostname"),
        HostFacts.LINUX,
        // Defaults of os-release(5).
        release.getOrDefault("NAME", "Linux"),
        release.getOrDefault("VERSION_ID", ""),
        value("proc/sys/kernel/random/boot_id"),
        uptime(value("proc/uptime")));
  }

  private String value(String file) throws IOException {
    return Files.readString(root.resolve(file)).strip();
  }

  /** proc_uptime(5): seconds since boot with two decimals, a space, and something else. */
  private static Duration uptime(String content) {
    String seconds = content.substring(0, content.indexOf(' '));
    return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue());
  }

  /** os-release(5): assignments as a shell reads them. */
  private Map<String, String> release() throws IOException {
    Path etc = root.resolve("etc/os-release");
    Path file = Files.exists(etc) ? etc : root.resolve("usr/lib/os-release");
    Map<String, String> values = new HashMap<>();
    if (Files.exists(file)) {
      String content = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      for (String line : content.split("\n")) {
        int equals = line.indexOf('=');
        if (equals > 0 && line.charAt(0) != '#') {
          values.put(line.substring(0, equals), unquoted(line.substring(equals + 1).strip()));
        }
      }
    }
    return values;
  }

  private static String unquoted(String value) {
    boolean quoted =
        value.length() >= 2
            && (value.charAt(0) == '"' || value.charAt(0) == '\'')
            && value.charAt(value.length() - 1) == value.charAt(0);
    String bare = quoted ? value.substring(1, value.length() - 1) : value;
    return bare.replaceAll("\\\\(.)", "$1");
  }
}
