package io.waybillguard.hq.app;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.report.wire.Release;
import io.waybillguard.hq.store.DurableFile;
import io.waybillguard.hq.trust.ReleaseKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Signs a package where it was built: what it is for is told by the name that the build gave it.
 */
@CommandLine.Command(name = "sign")
final class UpdateSign implements Command {
  private static final Pattern DEB = Pattern.compile("waybill-guard_([0-9.]+)_(amd64|arm64)\\.deb");
  private static final Pattern SETUP = Pattern.compile("WaybillGuard-Setup-([0-9.]+)\\.exe");

  private final Call call;

  @Parameters(paramLabel = "PACKAGE", descriptionKey = "file")
  private Path file = Path.of("");

  @Option(names = "--key", paramLabel = "FILE", required = true)
  private Path key = Path.of("");

  UpdateSign(Call call) {
    this.call = call;
  }

  /** Where the release note of a package lies. */
  static Path note(Path file) {
    return file.resolveSibling(file.getFileName() + ".release");
  }

  @Override
  public Exit run() throws Exception {
    String name = String.valueOf(file.getFileName());
    Matcher deb = DEB.matcher(name);
    Matcher setup = SETUP.matcher(name);
    String platform;
    String version;
    if (deb.matches()) {
      platform = "linux-" + deb.group(2);
      version = deb.group(1);
    } else if (setup.matches()) {
      platform = "windows-amd64";
      version = setup.group(1);
    } else {
      throw new Complaint(Exit.USAGE, "update.file_name", name);
    }
    Release release;
    try {
      release = new Release(platform, version, Hash.sha256(file).hex(), Files.size(file));
    } catch (IllegalArgumentException e) {
      throw new Complaint(e, Exit.USAGE, "update.no_package", file, String.valueOf(e.getMessage()));
    }
    try {
      String note = release.signedBy(ReleaseKey.open(key)).toString();
      DurableFile.write(note(file), note.getBytes(StandardCharsets.UTF_8), false);
    } catch (EvidenceException e) {
      throw new Complaint(e, Exit.USAGE, "update.no_package", key, String.valueOf(e.getMessage()));
    }
    call.terminal().remark(call.words().say("update.was_signed", note(file)));
    return Exit.DONE;
  }
}
