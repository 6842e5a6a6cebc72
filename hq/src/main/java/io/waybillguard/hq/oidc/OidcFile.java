package io.waybillguard.hq.oidc;

import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.trust.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
 * The file that names an OpenID provider, read strictly: what is not understood is refused with its
 * line. The secret is read from a file of its own, at once.
 */
public final class OidcFile {
  private static final Set<String> NEEDED =
      new TreeSet<>(Set.of("issuer", "client_id", "client_secret", "console", "claim", "roles"));
  private static final Set<String> FURTHER = Set.of("name", "scopes", "skew", "ca");

  /** An issuer and a subject together are a name, of which the index of acts takes 255. */
  private static final int LONGEST_ISSUER = 128;

  private static final int MOST_SKEW_SECONDS = 300;

  private final String name;
  private final Map<String, Node> values = new LinkedHashMap<>();

  private OidcFile(String name) {
    this.name = name;
  }

  /**
   * Reads it.
   *
   * @throws OidcRefused if anything in it is not understood
   */
  public static OidcPlan read(Path file) throws OidcRefused, IOException {
    return new OidcFile(file.toString()).of(Files.readString(file, StandardCharsets.UTF_8));
  }

  private OidcPlan of(String content) throws OidcRefused {
    Set<String> known = new TreeSet<>(NEEDED);
    known.addAll(FURTHER);
    for (NodeTuple each : mapping(content).getValue()) {
      String key = each.getKeyNode() instanceof ScalarNode text ? text.getValue() : "?";
      if (!known.contains(key)) {
        throw refused(each.getKeyNode(), "oidc.unknown", key, String.join(", ", known));
      }
      if (values.putIfAbsent(key, each.getValueNode()) != null) {
        throw refused(each.getKeyNode(), "oidc.twice", key);
      }
    }
    for (String each : NEEDED) {
      if (!values.containsKey(each)) {
        throw new OidcRefused(name, "oidc.missing", each);
      }
    }
    URI issuer = url("issuer");
    if (issuer.toString().length() > LONGEST_ISSUER
        || issuer.getQuery() != null
        || issuer.getFragment() != null) {
      throw wrong("issuer", "oidc.issuer", String.valueOf(LONGEST_ISSUER));
    }
    URI console = url("console");
    if (!console.getRawPath().isEmpty() || !console.getScheme().equals("https")) {
      throw wrong("console", "oidc.console");
    }
    return new OidcPlan(
        values.containsKey("name") ? text("name") : String.valueOf(issuer.getHost()),
        issuer,
        text("client_id"),
        secret(),
        console,
        scopes(),
        text("claim"),
        roles(),
        skew(),
        tls());
  }

  private MappingNode mapping(String content) throws OidcRefused {
    LoadSettings strict =
        LoadSettings.builder().setAllowRecursiveKeys(false).setMaxAliasesForCollections(0).build();
    try {
      Optional<Node> node = new Compose(strict).composeString(content);
      if (node.isPresent() && node.get() instanceof MappingNode mapping) {
        return mapping;
      }
      throw new OidcRefused(name + ":1", "oidc.not_yaml", "…");
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(-1) + 1;
      throw new OidcRefused(name + ":" + line, "oidc.not_yaml", String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new OidcRefused(name, "oidc.not_yaml", first);
    }
  }

  private OidcRefused refused(Node node, String key, String... details) {
    int line = node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    return new OidcRefused(name + ":" + line, key, details);
  }

  private OidcRefused wrong(String key, String sentence, String... details) {
    return Optional.ofNullable(values.get(key))
        .map(node -> refused(node, sentence, details))
        .orElseGet(() -> new OidcRefused(name, sentence, details));
  }

  private String text(String key) throws OidcRefused {
    if (values.get(key) instanceof ScalarNode value && !value.getValue().isBlank()) {
      return value.getValue().strip();
    }
    throw wrong(key, "oidc.text", key);
  }

  /** Over TLS, or to this machine. */
  private URI url(String key) throws OidcRefused {
    URI url;
    try {
      url = URI.create(text(key));
    } catch (IllegalArgumentException e) {
      throw wrong(key, "oidc.url", key);
    }
    String scheme = String.valueOf(url.getScheme());
    if (url.getHost() == null
        || url.getUserInfo() != null
        || !(scheme.equals("https") || (scheme.equals("http") && isHere(url.getHost())))) {
      throw wrong(key, "oidc.url", key);
    }
    return url;
  }

  private static boolean isHere(String host) {
    return host.equals("localhost")
        || host.matches("127(\\.[0-9]{1,3}){3}")
        || host.equals("[::1]");
  }

  private String secret() throws OidcRefused {
    Path file = Path.of(text("client_secret"));
    try {
      String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (!secret.isEmpty()) {
        return secret;
      }
    } catch (IOException e) {
      throw wrong("client_secret", "oidc.file", file.toString());
    }
    throw wrong("client_secret", "oidc.file", file.toString());
  }

  private List<String> scopes() throws OidcRefused {
    List<String> scopes =
        List.of((values.containsKey("scopes") ? text("scopes") : "openid profile").split("[ ,]+"));
    if (!scopes.contains("openid")) {
      throw wrong("scopes", "oidc.scopes");
    }
    return scopes;
  }

  private Map<String, Users.Role> roles() throws OidcRefused {
    if (!(values.get("roles") instanceof MappingNode named) || named.getValue().isEmpty()) {
      throw wrong("roles", "oidc.roles");
    }
    Map<String, Users.Role> roles = new TreeMap<>();
    for (NodeTuple each : named.getValue()) {
      Optional<Users.Role> role =
          each.getValueNode() instanceof ScalarNode word
              ? Users.Role.of(word.getValue())
              : Optional.empty();
      if (!(each.getKeyNode() instanceof ScalarNode key) || role.isEmpty()) {
        throw refused(each.getKeyNode(), "oidc.roles");
      }
      roles.put(key.getValue(), role.get());
    }
    return roles;
  }

  private Duration skew() throws OidcRefused {
    String text = values.containsKey("skew") ? text("skew") : "60s";
    if (!text.matches("[0-9]{1,3}s")
        || Integer.parseInt(text.substring(0, text.length() - 1)) > MOST_SKEW_SECONDS) {
      throw wrong("skew", "oidc.skew", String.valueOf(MOST_SKEW_SECONDS));
    }
    return Duration.ofSeconds(Integer.parseInt(text.substring(0, text.length() - 1)));
  }

  private javax.net.ssl.SSLContext tls() throws OidcRefused {
    Optional<Path> ca =
        values.containsKey("ca") ? Optional.of(Path.of(text("ca"))) : Optional.empty();
    try {
      return ClientTls.of(ca, Optional.empty(), Optional.empty());
    } catch (GeneralSecurityException | IOException e) {
      throw wrong("ca", "oidc.file", ca.map(Path::toString).orElse(""));
    }
  }
}
