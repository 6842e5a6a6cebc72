package io.waybillguard.hq.feeds;

import io.waybillguard.hq.trust.ClientTls;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * The file that says where feeds go, read strictly: what is not understood is refused with its
 * line. Files that it names (certificates, keys, headers, options) are read at once, so that a
 * wrong one stops the start and not the feed.
 */
public final class FeedsFile {
  private static final int MOST_FEEDS = 16;
  private static final int SYSLOG_PORT = 6514; // RFC 5425 section 4.1

  private static final Set<String> COMMON = Set.of("records", "personal", "start");
  private static final Set<String> TLS = Set.of("ca", "certificate", "key");

  /** What each kind of receiver takes besides what all take. */
  private static final Map<String, Set<String>> KINDS =
      new TreeMap<>(
          Map.of(
              "syslog", with(TLS, "language"),
              "otlp", with(TLS, "headers"),
              "kafka", Set.of("topic", "options")));

  private final String name;

  private FeedsFile(String name) {
    this.name = name;
  }

  private static Set<String> with(Set<String> some, String more) {
    Set<String> all = new HashSet<>(some);
    all.add(more);
    return all;
  }

  /**
   * Reads it.
   *
   * @throws FeedsRefused if anything in it is not understood
   */
  public static List<Plan> read(Path file) throws FeedsRefused, IOException {
    return new FeedsFile(file.toString()).of(Files.readAllBytes(file));
  }

  private List<Plan> of(byte[] content) throws FeedsRefused, IOException {
    List<Plan> plans = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (NodeTuple each : mapping(content).getValue()) {
      String called = each.getKeyNode() instanceof ScalarNode text ? text.getValue() : "?";
      if (!called.matches("[a-z0-9-]{1,32}")) {
        throw refused(each.getKeyNode(), "feeds.name", called);
      }
      if (!names.add(called)) {
        throw refused(each.getKeyNode(), "feeds.twice", called);
      }
      if (!(each.getValueNode() instanceof MappingNode settings)) {
        throw refused(each.getKeyNode(), "feeds.settings", called);
      }
      plans.add(new One(called, each.getKeyNode(), settings).plan());
    }
    if (plans.size() > MOST_FEEDS) {
      throw new FeedsRefused(
          name, "feeds.too_many", String.valueOf(plans.size()), String.valueOf(MOST_FEEDS));
    }
    return plans;
  }

  private MappingNode mapping(byte[] content) throws FeedsRefused {
    LoadSettings strict =
        LoadSettings.builder().setAllowRecursiveKeys(false).setMaxAliasesForCollections(0).build();
    try {
      Node node =
          new Compose(strict)
              .composeString(new String(content, StandardCharsets.UTF_8))
              .orElse(null);
      if (node instanceof MappingNode mapping) {
        return mapping;
      }
      throw new FeedsRefused(name + ":1", "feeds.not_yaml", "…");
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(-1) + 1;
      throw new FeedsRefused(name + ":" + line, "feeds.not_yaml", String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new FeedsRefused(name, "feeds.not_yaml", first);
    }
  }

  private FeedsRefused refused(Node node, String key, String... details) {
    int line = node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    return new FeedsRefused(name + ":" + line, key, details);
  }

  /** The settings of one feed. */
  private final class One {
    private final String called;
    private final Node at;
    private final Map<String, ScalarNode> values = new LinkedHashMap<>();

    One(String called, Node at, MappingNode settings) throws FeedsRefused {
      this.called = called;
      this.at = at;
      for (NodeTuple each : settings.getValue()) {
        String key = each.getKeyNode() instanceof ScalarNode text ? text.getValue() : "?";
        if (!(each.getValueNode() instanceof ScalarNode value) || value.getValue().isBlank()) {
          throw refused(each.getKeyNode(), "feeds.text", key);
        }
        if (values.putIfAbsent(key, value) != null) {
          throw refused(each.getKeyNode(), "feeds.twice", key);
        }
      }
    }

    Plan plan() throws FeedsRefused, IOException {
      List<String> kinds = KINDS.keySet().stream().filter(values::containsKey).toList();
      if (kinds.size() != 1) {
        throw refused(at, "feeds.kind", called, String.join(", ", KINDS.keySet()));
      }
      String kind = kinds.get(0);
      Set<String> known = new TreeSet<>(COMMON);
      known.addAll(KINDS.getOrDefault(kind, Set.of()));
      known.add(kind);
      for (Map.Entry<String, ScalarNode> each : values.entrySet()) {
        if (!known.contains(each.getKey())) {
          throw refused(
              each.getValue(), "feeds.unknown", each.getKey(), kind, String.join(", ", known));
        }
      }
      Plan.Receiver receiver =
          switch (kind) {
            case "syslog" -> syslog();
            case "otlp" -> otlp();
            default -> kafka();
          };
      String standard = kind.equals("syslog") ? "incidents" : "all";
      return new Plan(
          called,
          receiver,
          choice("records", standard, "incidents", "all").equals("incidents"),
          choice("personal", "false", "false", "true").equals("true"),
          choice("start", "now", "now", "beginning").equals("beginning"),
          choice("language", "zh", "zh", "en").equals("zh")
              ? Locale.SIMPLIFIED_CHINESE
              : Locale.ENGLISH);
    }

    private Optional<ScalarNode> node(String key) {
      return Optional.ofNullable(values.get(key));
    }

    private String text(String key) {
      return node(key).map(ScalarNode::getValue).orElse("");
    }

    private String choice(String key, String standard, String one, String other)
        throws FeedsRefused {
      Optional<ScalarNode> node = node(key);
      String value = node.map(ScalarNode::getValue).orElse(standard);
      if (node.isPresent() && !value.equals(one) && !value.equals(other)) {
        throw refused(node.get(), "feeds.choice", key, value, one, other);
      }
      return value;
    }

    private FeedsRefused wrong(String key, String sentence, String... more) {
      String[] details = new String[more.length + 1];
      details[0] = text(key);
      System.arraycopy(more, 0, details, 1, more.length);
      return refused(node(key).map(Node.class::cast).orElse(at), sentence, details);
    }

    private Plan.Syslog syslog() throws FeedsRefused {
      HostPort to =
          HostPort.of(text("syslog"), SYSLOG_PORT)
              .orElseThrow(() -> wrong("syslog", "feeds.host_port"));
      return new Plan.Syslog(to.host(), to.port(), tls());
    }

    private Plan.Otlp otlp() throws FeedsRefused, IOException {
      URI url;
      try {
        url = URI.create(text("otlp"));
      } catch (IllegalArgumentException e) {
        throw wrong("otlp", "feeds.url");
      }
      String scheme = String.valueOf(url.getScheme());
      if (url.getHost() == null || url.getUserInfo() != null || !scheme.matches("https?")) {
        throw wrong("otlp", "feeds.url");
      }
      if (scheme.equals("http") && !HostPort.isLoopback(url.getHost())) {
        throw wrong("otlp", "feeds.plain_http");
      }
      if (url.getRawPath().isEmpty() || url.getRawPath().equals("/")) {
        url = url.resolve("/v1/logs"); // OTLP specification, OTLP/HTTP Request
      }
      return new Plan.Otlp(url, tls(), headers());
    }

    /** Lines of {@code Name: value}; empty ones and those that begin with # are left out. */
    private Map<String, String> headers() throws FeedsRefused, IOException {
      Map<String, String> headers = new LinkedHashMap<>();
      if (values.containsKey("headers")) {
        for (String line : file("headers").lines().toList()) {
          if (line.isBlank() || line.startsWith("#")) {
            continue;
          }
          int colon = line.indexOf(':');
          String header = colon < 0 ? "" : line.substring(0, colon).strip();
          if (!header.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            throw wrong("headers", "feeds.headers");
          }
          headers.put(header, line.substring(colon + 1).strip());
        }
      }
      return headers;
    }

    private Plan.Kafka kafka() throws FeedsRefused, IOException {
      List<String> brokers = new ArrayList<>();
      boolean loopback = true;
      for (String each : text("kafka").split(",")) {
        HostPort broker =
            HostPort.of(each.strip(), 0).orElseThrow(() -> wrong("kafka", "feeds.brokers"));
        if (broker.port() == 0) {
          throw wrong("kafka", "feeds.brokers");
        }
        loopback &= HostPort.isLoopback(broker.host());
        brokers.add(each.strip());
      }
      String topic = text("topic");
      if (!topic.matches("[A-Za-z0-9._-]{1,249}")) {
        throw wrong("topic", "feeds.topic", called);
      }
      Map<String, String> options = options();
      if (!loopback && !options.containsKey("security.protocol")) {
        throw wrong("kafka", "feeds.kafka_plain");
      }
      return new Plan.Kafka(brokers, topic, options);
    }

    private Map<String, String> options() throws FeedsRefused, IOException {
      Map<String, String> options = new TreeMap<>();
      if (values.containsKey("options")) {
        Properties read = new Properties();
        read.load(new StringReader(file("options")));
        for (String key : read.stringPropertyNames()) {
          if (KafkaFeed.OURS.contains(key)) {
            throw wrong("options", "feeds.options_ours", key);
          }
          if (!ProducerConfig.configNames().contains(key)) {
            throw wrong("options", "feeds.options_unknown", key);
          }
          options.put(key, read.getProperty(key));
        }
      }
      return options;
    }

    private String file(String key) throws FeedsRefused {
      try {
        return Files.readString(Path.of(text(key)), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw wrong(key, "feeds.file", String.valueOf(e));
      }
    }

    private SSLContext tls() throws FeedsRefused {
      if (values.containsKey("certificate") != values.containsKey("key")) {
        throw refused(at, "feeds.certificate_and_key", called);
      }
      for (String key : List.of("ca", "certificate", "key")) {
        if (values.containsKey(key) && !Files.isReadable(Path.of(text(key)))) {
          throw wrong(key, "feeds.file", "");
        }
      }
      try {
        return ClientTls.of(
            Plan.path(text("ca")), Plan.path(text("certificate")), Plan.path(text("key")));
      } catch (GeneralSecurityException | IOException e) {
        throw refused(at, "feeds.tls", called, String.valueOf(e.getMessage()));
      }
    }
  }
}
