package io.waybillguard.agent.evidence;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Secret files, wrapped where the system can do that. A wrapped file begins with a line that says
 * so; one without it is from before, or of a system that wraps nothing, and is wrapped when it is
 * read. Safe from any thread.
 */
public final class Secrets {
  private static final byte[] MARK =
      "waybill-guard/wrapped/v1\n".getBytes(StandardCharsets.US_ASCII);

  /** Where nothing is wrapped: the file's mode, or its folder's access list, is what keeps it. */
  public static final Secrets PLAIN = new Secrets(Optional.empty());

  private final Optional<Wrapping> wrapping;

  private Secrets(Optional<Wrapping> wrapping) {
    this.wrapping = wrapping;
  }

  /** Those of a system that can wrap. */
  public static Secrets wrappedBy(Wrapping wrapping) {
    return new Secrets(Optional.of(wrapping));
  }

  /** Writes a secret, durably, in place of an older one. */
  public void write(Path file, byte[] secret) throws IOException {
    SecretFile.write(file, wrapping.isPresent() ? marked(wrapping.get().wrap(secret)) : secret);
  }

  /**
   * Reads a secret.
   *
   * @throws WrappedElsewhereException if another PC wrapped it, or it was changed since
   * @throws IOException if it cannot be read
   */
  public byte[] read(Path file) throws IOException {
    byte[] stored = Files.readAllBytes(file);
    if (!isMarked(stored)) {
      if (wrapping.isPresent()) {
        write(file, stored);
      }
      return stored;
    }
    if (wrapping.isEmpty()) {
      throw new WrappedElsewhereException(file, "this system wraps nothing");
    }
    try {
      return wrapping.get().unwrap(Arrays.copyOfRange(stored, MARK.length, stored.length));
    } catch (IOException e) {
      throw new WrappedElsewhereException(file, String.valueOf(e.getMessage()));
    }
  }

  private static byte[] marked(byte[] wrapped) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(MARK);
    all.writeBytes(wrapped);
    return all.toByteArray();
  }

  private static boolean isMarked(byte[] stored) {
    return stored.length >= MARK.length
        && Arrays.equals(stored, 0, MARK.length, MARK, 0, MARK.length);
  }

  /** A secret that is of no use here. */
  public static final class WrappedElsewhereException extends IOException {
    private static final long serialVersionUID = 1L;

    WrappedElsewhereException(Path file, String why) {
      super(
          file
              + " was wrapped on another PC or before this system was set up anew, or it is damaged"
              + " ("
              + why
              + ")");
    }
  }
}
