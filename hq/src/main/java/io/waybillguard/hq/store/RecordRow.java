package io.waybillguard.hq.store;

import java.util.Optional;

/**
 * Where one record lies in its segment, and the little that lists are made from.
 *
 * @param seq its place in the log
 * @param wall ms since 1970 UTC by the desk's clock
 * @param type such as {@code usb.attach}
 * @param severity OCSF {@code severity_id}, 0 when HQ does not hold the body
 * @param sensor the sensor that speaks of itself, or ""
 * @param leaf where its leaf lies
 * @param body where body part 0 lies; absent when HQ does not hold it
 */
public record RecordRow(
    long seq,
    long wall,
    String type,
    int severity,
    String sensor,
    Piece leaf,
    Optional<Piece> body) {

  /** A range of bytes in a segment. */
  public record Piece(long at, int length) {}
}
