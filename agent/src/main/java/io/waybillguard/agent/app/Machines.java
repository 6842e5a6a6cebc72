package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.platform.HostFacts;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out what this machine is. */
final class Machines {
  private Machines() {}

  static Machine thisOne() throws IOException {
    String os = System.getProperty("os.name");
    HostFacts facts = Os.named(os).host().facts();
    return new Machine(
        os,
        facts.hostname(),
        new Desk.Os(facts.osTypeId(), facts.osName(), facts.osVersion()),
        facts.osBoot(),
        facts.uptime().toSeconds());
  }

  /** The jar that runs; empty when the program does not run from one. */
  static Optional<Path> program() throws IOException {
    @Nullable CodeSource source = Machines.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(new URI(source.getLocation().toString())))
          .filter(Files::isRegularFile);
    } catch (URISyntaxException e) {
      throw new IOException("the program's own place cannot be told: " + source.getLocation(), e);
    }
  }

  /** The hash of the jar that runs, or "" when it does not run from one. */
  static String programSha256() throws IOException {
    Optional<Path> program = program();
    return program.isEmpty() ? "" : Hash.sha256(program.get()).hex();
  }
}
