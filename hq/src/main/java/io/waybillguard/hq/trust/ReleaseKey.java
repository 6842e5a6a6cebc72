package io.waybillguard.hq.trust;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.store.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The key that packages are signed with, in a file of its own that belongs on no HQ: who holds it
 * and an HQ can run code on every desk, who holds one of them cannot. {@code FILE} is the private
 * half (PKCS#8), {@code FILE.vkey} the public one, which goes into the packages.
 */
public final class ReleaseKey {
  private ReleaseKey() {}

  /** Where the public half of a key lies. */
  public static Path publicHalf(Path file) {
    return file.resolveSibling(file.getFileName() + ".vkey");
  }

  /**
   * Makes one.
   *
   * @param name what it is known by, without white space or "+"
   * @throws FileAlreadyExistsException if one of the two files is there; nothing was changed
   */
  public static SigningKey create(Path file, String name) throws IOException, EvidenceException {
    for (Path each : new Path[] {file, publicHalf(file)}) {
      if (Files.exists(each)) {
        throw new FileAlreadyExistsException(each.toString());
      }
    }
    SigningKey key = SigningKey.of(name, VerifierKey.SIGNER, SigningKey.freshPair());
    DurableFile.write(file, key.encode(), true);
    DurableFile.write(
        publicHalf(file), (key.verifier() + "\n").getBytes(StandardCharsets.UTF_8), false);
    return key;
  }

  /**
   * Reads one.
   *
   * @throws EvidenceException if it is none, or its halves do not belong together
   */
  public static SigningKey open(Path file) throws IOException, EvidenceException {
    String vkey = Files.readString(publicHalf(file), StandardCharsets.UTF_8).strip();
    return SigningKey.decode(VerifierKey.parse(vkey), Files.readAllBytes(file));
  }
}
