package io.waybillguard.hq.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * Where segments lie, each the unpacked body of a report exactly as it came, never changed: {@code
 * <log id>/<first>-<last>-<hash>.seg}. Safe for use by several threads and processes.
 *
 * <p>The name holds 16 hex digits of the content's SHA-256. A crash between a segment and its row
 * leaves one that no row names: it is ignored, and the same report sent again takes its place with
 * the same bytes. Two reports that race for one place cannot overwrite each other's segment.
 */
public interface SegmentStore {
  /** How a place is called that is HQ's own data folder. */
  String IN_FOLDER = SegmentFiles.FOLDER;

  /** What HQ remembers it by: {@link #IN_FOLDER}, or the address of a bucket. No secret in it. */
  String place();

  /**
   * Finds out whether segments can be read and written there.
   *
   * @throws SegmentsUnusable if not, and a person can mend it
   */
  void check() throws IOException;

  /** For how long what is written cannot be deleted. */
  Retention retention() throws IOException;

  /**
   * Removes what writes that were cut short have left.
   *
   * @param before only what was written before; a write of another process may be under way
   */
  void removeParts(Instant before) throws IOException;

  /**
   * Makes a segment durable. When this returns, the bytes survive whatever happens to this process.
   *
   * @param first seq of its first record
   * @param next one more than the seq of its last
   * @return its name
   * @throws SegmentsUnusable if the place does not answer; the segment may come again
   */
  default String write(String log, long first, long next, byte[] content) throws IOException {
    String name =
        log + "/" + String.format("%012d-%012d-", first, next - 1) + SegmentNames.ending(content);
    put(name, content);
    return name;
  }

  /**
   * Makes a segment durable under the name that it had elsewhere.
   *
   * @throws SegmentsUnusable if the place does not answer
   */
  void put(String name, byte[] content) throws IOException;

  /**
   * The whole of a segment.
   *
   * @throws java.nio.file.NoSuchFileException if there is none of this name
   */
  byte[] read(String name) throws IOException;

  /**
   * Pieces of a segment, in the order asked for.
   *
   * @param pieces at least one
   * @throws java.nio.file.NoSuchFileException if there is none of this name
   */
  List<byte[]> read(String name, List<RecordRow.Piece> pieces) throws IOException;

  /**
   * Destroys a segment that no row names any more. One that is not there is destroyed.
   *
   * @return false if a retention lock still holds it; it is as it was then
   */
  boolean destroy(String name) throws IOException;
}
