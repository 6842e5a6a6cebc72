package io.waybillguard.agent.hunt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The SHA-256 of one file's content, a piece at a time, so that a large one holds nobody up. */
final class Hashing implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private final MessageDigest digest;
  private final ByteBuffer piece;
  private long read;

  Hashing(Path file, int pieceBytes) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file);
    this.piece = ByteBuffer.allocate(pieceBytes);
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  Path file() {
    return file;
  }

  /** How many bytes were read so far. */
  long read() {
    return read;
  }

  /** Reads one piece; gives the hash, lower-case hex, when it was the last. */
  Optional<String> step() throws IOException {
    piece.clear();
    int n = channel.read(piece);
    if (n < 0) {
      return Optional.of(HexFormat.of().formatHex(digest.digest()));
    }
    read += n;
    digest.update(piece.flip());
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
