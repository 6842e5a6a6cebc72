package io.waybillguard.hq.feeds;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A feed as it is set up.
 *
 * @param name 1 to 32 of a-z, 0-9 and dashes; how far it has come is kept under it
 * @param receiver where to
 * @param incidentsOnly whether it carries records about incidents alone, or all
 * @param personal whether content of the personal class goes out too, where HQ holds it
 * @param fromBeginning whether it begins with the oldest record, or with what comes in from now on
 * @param language of sentences for people
 */
public record Plan(
    String name,
    Receiver receiver,
    boolean incidentsOnly,
    boolean personal,
    boolean fromBeginning,
    Locale language) {
  /** What types of records about incidents begin with. */
  static final String INCIDENTS = "incident.";

  /** Where to. */
  public sealed interface Receiver {
    /** As it is called in the file. */
    String kind();

    /** For people. */
    String address();
  }

  /** A receiver of RFC 5425. */
  record Syslog(String host, int port, SSLContext tls) implements Receiver {
    @Override
    public String kind() {
      return "syslog";
    }

    @Override
    public String address() {
      return host + ":" + port;
    }
  }

  /**
   * A receiver of OTLP/HTTP.
   *
   * @param headers that every request carries, such as a password
   */
  record Otlp(URI url, SSLContext tls, Map<String, String> headers) implements Receiver {
    Otlp {
      headers = Map.copyOf(headers);
    }

    @Override
    public String kind() {
      return "otlp";
    }

    @Override
    public String address() {
      return url.toString();
    }
  }

  /**
   * A topic.
   *
   * @param options of the Kafka client, besides those that are HQ's to say
   */
  record Kafka(List<String> brokers, String topic, Map<String, String> options)
      implements Receiver {
    Kafka {
      brokers = List.copyOf(brokers);
      options = Map.copyOf(options);
    }

    @Override
    public String kind() {
      return "kafka";
    }

    @Override
    public String address() {
      return topic + "@" + String.join(",", brokers);
    }
  }

  /** What a record of this feed carries, as people read it. */
  public String records() {
    return incidentsOnly ? "incidents" : "all";
  }

  /**
   * The feed.
   *
   * @param host how HQ calls itself
   * @param version this program's
   */
  Feed open(String host, String version) {
    if (receiver instanceof Syslog syslog) {
      return new SyslogFeed(syslog, host, version, language);
    }
    if (receiver instanceof Otlp otlp) {
      return new OtlpFeed(otlp, host, version);
    }
    return new KafkaFeed((Kafka) receiver);
  }

  static Optional<Path> path(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }
}
