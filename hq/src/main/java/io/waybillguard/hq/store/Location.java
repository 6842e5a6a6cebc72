package io.waybillguard.hq.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where HQ keeps what it knows.
 *
 * @param data the folder with its keys and segments, and with the embedded database unless there is
 *     a server
 * @param server the PostgreSQL that holds the rows; absent for the embedded database
 */
public record Location(Path data, Optional<PostgresUrl> server) {

  /** A folder with everything in it. */
  public static Location embedded(Path data) {
    return new Location(data, Optional.empty());
  }

  /** Whether several HQ processes may serve it at once. */
  public boolean isShared() {
    return server.isPresent();
  }

  Engine engine() {
    return server.<Engine>map(PostgresEngine::new).orElseGet(() -> new SqliteEngine(data));
  }
}
