package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.platform.Host;
import io.waybillguard.agent.platform.HostFacts;
import io.waybillguard.agent.platform.linux.LinuxHost;
import io.waybillguard.agent.platform.shared.OshiHost;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds out what this machine is. */
final class Machines {
  private Machines() {}

  static Machine thisOne() throws IOException {
    String os = System.getProperty("os.name");
    HostFacts facts = host(os).facts();
    return new Machine(
        os,
        facts.hostname(),
        new Desk.Os(facts.osTypeId(), facts.osName(), facts.osVersion()),
        facts.osBoot(),
        facts.uptime().toSeconds(),
        programSha256());
  }

  /** Linux answers from three small files; OSHI, which asks any system, costs some 10 MB. */
  private static Host host(String os) {
    return os.toLowerCase(Locale.ROOT).startsWith("linux") ? new LinuxHost() : new OshiHost();
  }

  private static String programSha256() throws IOException {
    @Nullable CodeSource source = Machines.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return "";
    }
    Path program;
    try {
      program = Path.of(new URI(source.getLocation().toString()));
    } catch (URISyntaxException e) {
      throw new IOException("the program's own place cannot be told: " + source.getLocation(), e);
    }
    if (!Files.isRegularFile(program)) {
      return "";
    }
    MessageDigest digest = Hash.digest();
    try (InputStream in = Files.newInputStream(program)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
