package io.waybillguard.agent.sense.upload;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names that this machine's own hosts file gives to addresses, hosts(5). Nobody is asked over the
 * network: asking would tell the other side, and the answer would be of now, not of then.
 *
 * <p>Used by one thread.
 */
public final class HostNames {
  private static final Logger LOG = LoggerFactory.getLogger(HostNames.class);

  private final Path hosts;
  private Map<String, String> names = Map.of();
  private long readAt = Long.MIN_VALUE;

  /**
   * @param hosts the hosts file
   */
  public HostNames(Path hosts) {
    this.hosts = hosts;
  }

  /** A name for an address, or "". */
  String of(InetAddress address) {
    try {
      long changed = Files.getLastModifiedTime(hosts).toMillis();
      if (changed != readAt) {
        names = read();
        readAt = changed;
      }
    } catch (IOException e) {
      LOG.debug("hosts file cannot be read, addresses stand for names: {}", e.toString());
    }
    return names.getOrDefault(address.getHostAddress(), "");
  }

  private Map<String, String> read() throws IOException {
    Map<String, String> read = new HashMap<>();
    String all = new String(Files.readAllBytes(hosts), StandardCharsets.ISO_8859_1);
    for (String line : all.split("\n")) {
      String[] words = line.replaceFirst("#.*", "").strip().split("\\s+");
      if (words.length > 1) {
        read.putIfAbsent(words[0], words[1]);
      }
    }
    return read;
  }
}
