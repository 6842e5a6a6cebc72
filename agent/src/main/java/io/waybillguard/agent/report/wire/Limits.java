package io.waybillguard.agent.report.wire;

/** How much one message may hold. Both ends keep to them; HQ stops reading at them. */
public final class Limits {
  /** Bytes of a segment request as sent, gzip-packed. */
  public static final int SEGMENT_PACKED = 4 << 20;

  /** Bytes of a segment request after inflation. */
  public static final int SEGMENT_UNPACKED = 16 << 20;

  /** Leaves in one segment. */
  public static final int SEGMENT_ENTRIES = 16_384;

  /** Lines of a consistency proof (C2SP tlog-witness). */
  public static final int PROOF_LINES = 63;

  /** Bytes of an add-checkpoint text or of a tlog-proof: 63 hashes and a note of 64 KiB. */
  public static final int CHECKPOINT_TEXT = 72 << 10;

  /** Bytes of a JSON message. */
  public static final int JSON = 64 << 10;

  private Limits() {}
}
