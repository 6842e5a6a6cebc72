package io.waybillguard.hq.store;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Where HQ keeps what it knows.
 *
 * @param data the folder with its keys and segments, and with the embedded database unless there is
 *     a server
 * @param server the PostgreSQL that holds the rows; absent for the embedded database
 * @param bucket where the segments lie; absent for the folder
 */
public record Location(Path data, Optional<PostgresUrl> server, Optional<Bucket> bucket) {

  /** With the segments in the folder. */
  public Location(Path data, Optional<PostgresUrl> server) {
    this(data, server, Optional.empty());
  }

  /** A folder with everything in it. */
  public static Location embedded(Path data) {
    return new Location(data, Optional.empty());
  }

  /** Whether several HQ processes may serve it at once. */
  public boolean isShared() {
    return server.isPresent();
  }

  /** The segments, wherever they lie. Nothing is asked of the place yet. */
  public SegmentStore segments(InstantSource clock) {
    return bucket
        .<SegmentStore>map(each -> new SegmentBucket(each, clock))
        .orElseGet(() -> new SegmentFiles(data));
  }

  Engine engine() {
    return server.<Engine>map(PostgresEngine::new).orElseGet(() -> new SqliteEngine(data));
  }
}
