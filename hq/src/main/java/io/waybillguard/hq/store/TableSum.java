package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Hash;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a table holds, as a count and a sum that two databases give alike: the SHA-256 of each row,
 * added up modulo 2^256, so that it does not matter in which order they come. Not thread-safe.
 */
final class TableSum {
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

  private long rows;
  private BigInteger sum = BigInteger.ZERO;

  /**
   * One row more.
   *
   * @param values texts, integers, bytes and null, in the columns' order
   */
  void add(List<@Nullable Object> values) {
    ByteArrayOutputStream row = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(row)) {
      for (Object value : values) {
        if (value == null) {
          out.writeByte(0);
        } else if (value instanceof byte[] bytes) {
          write(out, 1, bytes);
        } else if (value instanceof Long number) {
          out.writeByte(2);
          out.writeLong(number);
        } else {
          write(out, 3, value.toString().getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new AssertionError("memory takes every write", e);
    }
    rows++;
    sum = sum.add(new BigInteger(1, Hash.sha256(row.toByteArray()).bytes())).mod(MODULUS);
  }

  private static void write(DataOutputStream out, int kind, byte[] bytes) throws IOException {
    out.writeByte(kind);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  long rows() {
    return rows;
  }

  /** The sum, 64 lower-case hex digits. */
  String hex() {
    byte[] bytes = sum.toByteArray();
    byte[] whole = new byte[32];
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, whole, 32 - length, length);
    return HexFormat.of().formatHex(whole);
  }
}
