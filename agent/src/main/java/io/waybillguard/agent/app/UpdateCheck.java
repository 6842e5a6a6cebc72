package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Release;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code update check}: whether a package is one that may be installed here in the place of this
 * version. For the installer, which trusts nothing that the agent left: signature, hash, platform
 * and version are looked at anew.
 */
@Command(name = "check")
final class UpdateCheck implements Action {
  private final Call call;

  @Option(names = "--package", paramLabel = "FILE", required = true)
  private Path file = Path.of("");

  @Option(names = "--release", paramLabel = "FILE", required = true)
  private Path note = Path.of("");

  UpdateCheck(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    Release release = check(file, note);
    call.terminal().say("update.good", release.version());
    return Exit.DONE;
  }

  /**
   * Looks at a package.
   *
   * @return what is signed of it
   * @throws Refusal if it may not be installed here; it says why
   */
  static Release check(Path file, Path note) throws IOException, Refusal {
    VerifierKey key =
        Updates.releaseKey().orElseThrow(() -> new Refusal(Exit.UNAVAILABLE, "update.no_key"));
    Release release;
    try {
      release = Release.verified(Files.readString(note, StandardCharsets.UTF_8), key);
    } catch (EvidenceException e) {
      throw new Refusal(e, Exit.FAILED, "update.not_signed", String.valueOf(e.getMessage()));
    }
    String here = Updates.platform(System.getProperty("os.name"), System.getProperty("os.arch"));
    if (!release.platform().equals(here)) {
      throw new Refusal(Exit.FAILED, "update.platform", release.platform(), here);
    }
    if (Release.compare(release.version(), Version.current()) < 0) {
      throw new Refusal(Exit.FAILED, "update.older", release.version(), Version.current());
    }
    String got = Hash.sha256(file).hex();
    if (!got.equals(release.sha256())) {
      throw new Refusal(Exit.FAILED, "update.other_hash", file, got, release.sha256());
    }
    return release;
  }
}
