package io.waybillguard.hq.store;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database and how to sign on to it.
 *
 * <p>Who signs on is told as to PostgreSQL's own programs: by {@code PGUSER} and {@code
 * PGPASSWORD}, or by the password file that {@code PGPASSFILE} names ({@code ~/.pgpass} by
 * default), which the driver reads. A password in the URL is refused, since every account of a
 * machine may read the command lines on it.
 */
public final class PostgresUrl {
  private static final String SCHEME = "jdbc:postgresql:";

  /** A parameter of the driver that is a secret, or a password before the host's name. */
  private static final Pattern SECRET =
      Pattern.compile("(?i).*[?&](password|sslpassword)=.*|[^?]*//[^/?]*@.*");

  /** How long a server may take to be reached, in seconds. */
  private static final String CONNECT_SECONDS = "10";

  /** How long it may take over one answer, in seconds; a start waits for another's to end. */
  private static final String ANSWER_SECONDS = "120";

  /** Silenced, since its exceptions say the same: a person is told once, and in one line. */
  private static final Logger DRIVER = Logger.getLogger("org.postgresql");

  private final String url;
  private final Properties properties;

  private PostgresUrl(String url, Properties properties) {
    this.url = url;
    this.properties = properties;
  }

  /**
   * Reads a URL of the form {@code jdbc:postgresql://HOST[:PORT]/DATABASE[?PARAMETERS]}, with the
   * parameters of the PostgreSQL JDBC driver.
   *
   * @param environment of the process
   * @throws DatabaseUnusable if it is no such URL or carries a password
   */
  public static PostgresUrl of(String url, Map<String, String> environment)
      throws DatabaseUnusable {
    DRIVER.setLevel(Level.OFF);
    if (SECRET.matcher(url).matches()) {
      throw new DatabaseUnusable(
          DatabaseUnusable.Reason.PASSWORD_IN_URL, url.replaceAll("(?<=//)[^/?]*@|[?].*", ""));
    }
    if (!url.startsWith(SCHEME) || !isRead(url)) {
      throw new DatabaseUnusable(DatabaseUnusable.Reason.BAD_URL, url);
    }
    return new PostgresUrl(url, properties(environment));
  }

  private static boolean isRead(String url) {
    try {
      return DriverManager.getDriver(url).acceptsURL(url);
    } catch (SQLException e) {
      return false; // no driver reads it
    }
  }

  /** By the driver's names; what the URL says of the same counts more. */
  private static Properties properties(Map<String, String> environment) {
    Properties properties = new Properties();
    put(properties, "user", environment.get("PGUSER"));
    put(properties, "password", environment.get("PGPASSWORD"));
    put(properties, "ApplicationName", "waybill-guard-hq");
    put(properties, "connectTimeout", CONNECT_SECONDS);
    put(properties, "socketTimeout", ANSWER_SECONDS);
    put(properties, "tcpKeepAlive", "true");
    // One statement for many rows: a segment may bring 16,384 of them.
    put(properties, "reWriteBatchedInserts", "true");
    return properties;
  }

  private static void put(Properties to, String key, @Nullable String value) {
    if (value != null) {
      to.setProperty(key, value);
    }
  }

  /** As it was given; there is no secret in it. */
  String text() {
    return url;
  }

  /** What the driver is to be given: who signs on, and how patient it is. */
  Properties properties() {
    return properties;
  }

  /** The database without parameters, for people to read. */
  @Override
  public String toString() {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }
}
