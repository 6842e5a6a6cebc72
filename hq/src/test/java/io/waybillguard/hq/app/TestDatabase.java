package io.waybillguard.hq.app;

import io.waybillguard.hq.store.DatabaseUnusable;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.Postgres;
import io.waybillguard.hq.store.PostgresUrl;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * On which database the tests run HQ: the embedded one, or with {@code -Dhq.database=postgresql}
 * one of its own on a real PostgreSQL for every data folder. The build runs them on both.
 */
final class TestDatabase {
  static final boolean ON_POSTGRES = System.getProperty("hq.database", "").equals("postgresql");

  private static final Map<Path, String> DATABASES = new ConcurrentHashMap<>();

  private TestDatabase() {}

  /** Where the HQ of a data folder keeps what it knows; the same at each call. */
  static Location of(Path data) throws DatabaseUnusable {
    Optional<String> url = url(data);
    return url.isEmpty()
        ? Location.embedded(data)
        : new Location(data, Optional.of(PostgresUrl.of(url.get(), Map.of())));
  }

  /** What {@code --database} is to be for a data folder. */
  static Optional<String> url(Path data) {
    return ON_POSTGRES
        ? Optional.of(
            DATABASES.computeIfAbsent(
                data.toAbsolutePath(), d -> Postgres.shared().url(Postgres.shared().create())))
        : Optional.empty();
  }
}
