package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key that an identity terminal must show: made once, in a file that only the agent's account
 * may read, for whoever installs the terminal to copy. Another key: delete the file and start the
 * agent anew.
 */
final class TerminalKey {
  private static final Logger LOG = LoggerFactory.getLogger(TerminalKey.class);
  private static final int BYTES = 32;

  private TerminalKey() {}

  /** Where it lies. */
  static Path file(Path data) {
    return data.resolve("keys").resolve("terminal.key");
  }

  /**
   * The key, made when there is none.
   *
   * @throws IOException if it cannot be read or made
   */
  static String of(Path data) throws IOException {
    return made(file(data), "the identity terminal's key");
  }

  /** A key in a file, made when there is none. */
  static String made(Path file, String what) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      String made = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      SecretFile.folder(file.resolveSibling(""));
      SecretFile.write(file, (made + "\n").getBytes(StandardCharsets.US_ASCII));
      LOG.info("{} is in {}", what, file);
    }
    return Files.readString(file).strip();
  }
}
