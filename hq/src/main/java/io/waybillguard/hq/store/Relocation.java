package io.waybillguard.hq.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an embedded database put into an empty PostgreSQL, which HQ is served from afterwards
 * with the same data folder.
 *
 * <p>All in one transaction of the server, with everything compared before it ends: a copy that is
 * cut short leaves the server empty and may be begun again. The embedded database is moved aside
 * last; a copy that was cut short there is known by its contents, and only that is made good.
 */
public final class Relocation implements AutoCloseable {
  /** What the embedded database is called once the server has everything. */
  public static final String ASIDE = "hq.db.copied";

  /**
   * One table as it was found the same on both sides.
   *
   * @param sha256 sum over its rows, 64 lower-case hex digits
   */
  public record Table(String name, long rows, String sha256) {}

  /** Why there is no copy. In brackets what {@link Refused#values} holds. */
  public enum Reason {
    /** The server's database holds something [the database, a table, its rows]. */
    NOT_EMPTY,
    /** A table is not the same on both sides [table, rows and sum here, rows and sum there]. */
    DIFFERENT,
    /** It cannot be read or written [table, the database's words]. */
    FAILED;

    /** The key of its sentence. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** There is no copy; the server holds what it held before, and so does the folder. */
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final List<String> values;

    Refused(@Nullable Throwable cause, Reason reason, String... values) {
      super(reason.word() + " " + List.of(values), cause);
      this.reason = reason;
      this.values = List.of(values);
    }

    /** Why. */
    public Reason reason() {
      return reason;
    }

    /** What {@link Reason} says. */
    public List<String> values() {
      return values;
    }
  }

  private final Database source;
  private final Database server;
  private final Closeable alone;

  private Relocation(Database source, Database server) {
    this.source = source;
    this.server = server;
    this.alone = server.startAlone();
  }

  /**
   * Opens the server's database, brings its tables up, and keeps others from starting on it.
   *
   * @param source the embedded database of a data folder that no server uses now
   * @throws DatabaseUnusable if the server's database cannot be used
   */
  public static Relocation begin(Database source, PostgresUrl url) throws DatabaseUnusable {
    return new Relocation(source, Database.openForCopy(url));
  }

  /** Whether an earlier copy ended but for moving the embedded database aside. */
  public boolean isAlreadyThere() {
    Optional<String> here = source.setting(Bond.ID);
    return here.isPresent() && here.equals(server.setting(Bond.ID));
  }

  /**
   * Copies everything unless it is there already, and compares it.
   *
   * @param at told the name of each table as its turn comes
   * @return every table
   * @throws Refused if there is no copy
   */
  public List<Table> run(Consumer<String> at) throws Refused {
    boolean again = isAlreadyThere();
    return source
        .jdbi()
        .inTransaction( // which takes the write lock: nobody writes to it meanwhile
            from ->
                server
                    .jdbi()
                    .inTransaction(
                        to ->
                            new Tables(from.getConnection(), to.getConnection(), server.toString())
                                .all(again, at)));
  }

  @Override
  public void close() throws IOException {
    try (server) {
      alone.close();
    }
  }

  /**
   * Ends a copy: from now on the folder is served from the server alone.
   *
   * @param data HQ's data folder, whose embedded database is closed
   */
  public static void moveAside(Path data) throws IOException {
    Path file = SqliteEngine.file(data);
    // Closing it has put the write-ahead log into it; what is left of that goes along.
    for (String end : List.of("-shm", "-wal", "")) {
      Path part = file.resolveSibling(file.getFileName() + end);
      if (Files.exists(part)) {
        Files.move(part, data.resolve(ASIDE + end), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    DurableFile.syncFolder(data);
  }
}
