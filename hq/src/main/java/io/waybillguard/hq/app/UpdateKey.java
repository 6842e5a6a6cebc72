package io.waybillguard.hq.app;

import io.waybillguard.hq.trust.ReleaseKey;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a key to sign packages with; for the machine that builds them, not for HQ's. */
@CommandLine.Command(name = "key")
final class UpdateKey implements Command {
  private final Call call;

  @Parameters(paramLabel = "FILE", descriptionKey = "file")
  private Path file = Path.of("");

  @Option(names = "--name", paramLabel = "NAME", defaultValue = "waybill-guard/release1")
  private String name = "";

  UpdateKey(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws Exception {
    if (!name.matches("[^\\s+\\p{Cntrl}]{1,100}")) {
      throw new Complaint(Exit.USAGE, "update.key_name", name);
    }
    try {
      call.terminal().line(ReleaseKey.create(file, name).verifier().toString());
    } catch (FileAlreadyExistsException e) {
      throw new Complaint(e, Exit.USAGE, "update.key_there", e.getFile());
    }
    call.terminal().remark(call.words().say("update.key_made", file, ReleaseKey.publicHalf(file)));
    return Exit.DONE;
  }
}
