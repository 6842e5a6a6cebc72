package io.waybillguard.agent.config;

import io.waybillguard.agent.config.Problem.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/**
 * A policy: the part of the settings that HQ decides for many desks. Keys, ranges and strictness
 * are those of {@link ConfigFile}; keys of a desk's own are refused.
 *
 * <p>Where it has {@code rules}, all rules go by it, and what it leaves out has its default: what a
 * policy means does not depend on the desk. Folders and programs of images differ from desk to desk
 * and count only where they are named, as what it takes to remove the agent does. A policy that
 * names nothing leaves the desk its own settings.
 *
 * @param title what people call it, or ""
 * @param rules absent for each desk's own
 * @param folders of scanned images; absent for each desk's own
 * @param programs that may handle the images; absent for each desk's own
 * @param removal what it takes to remove the agent; absent for each desk's own
 * @param settings those that it names or implies, in the order of the default file
 */
public record PolicyFile(
    String title,
    Optional<Config.Rules> rules,
    Optional<List<String>> folders,
    Optional<List<String>> programs,
    Optional<Config.Removal> removal,
    List<Setting> settings) {
  private static final String CODE = "code_required";
  private static final String REMOVAL = "removal." + CODE;

  /** One that names nothing. */
  public static final PolicyFile NONE =
      new PolicyFile(
          "", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());

  public PolicyFile {
    folders = folders.map(List::copyOf);
    programs = programs.map(List::copyOf);
    settings = List.copyOf(settings);
  }

  /**
   * Reads a file.
   *
   * @param name the file as the person knows it, for messages
   * @throws IOException if it cannot be read
   * @throws ConfigException if anything in it is wrong; says all of it
   */
  public static PolicyFile read(Path file, String name) throws IOException, ConfigException {
    return parse(Files.readAllBytes(file), name);
  }

  /**
   * Reads the content of a file: YAML, of which JSON is a part.
   *
   * @param name the file as the person knows it, for messages
   * @throws ConfigException if anything in it is wrong; says all of it
   */
  public static PolicyFile parse(byte[] content, String name) throws ConfigException {
    Findings findings = new Findings(name);
    MappingNode top = ConfigFile.top(content, findings);
    try {
      findings.refuseIfWrong(); // Not YAML at all: nothing else can be said about it.
      PolicyFile read = read(new Section("", top, findings), findings);
      findings.refuseIfWrong();
      return read;
    } catch (ConfigException e) {
      throw new ConfigException(e.problems().stream().map(PolicyFile::orDesksOwn).toList());
    }
  }

  private static PolicyFile read(Section top, Findings findings) {
    String title = top.title("title");
    Section sensors = top.section("sensors");
    Section image = sensors.section("image");
    List<String> folders = image.folders("folders", Config.DEFAULTS.sensors().image().folders());
    List<String> programs =
        image.programs("programs", Config.DEFAULTS.sensors().image().programs());
    image.end();
    sensors.end();
    Config.Rules rules = ConfigFile.rules(top.section("rules"), Config.DEFAULTS.rules());
    Section leaving = top.section("removal");
    Config.Removal removal = ConfigFile.removal(leaving, Config.DEFAULTS.removal());
    top.end();
    boolean hasRules = top.names("rules");
    return new PolicyFile(
        title,
        hasRules ? Optional.of(rules) : Optional.empty(),
        image.names("folders") ? Optional.of(folders) : Optional.empty(),
        image.names("programs") ? Optional.of(programs) : Optional.empty(),
        leaving.names(CODE) ? Optional.of(removal) : Optional.empty(),
        findings.settings().stream()
            .filter(s -> !s.key().startsWith("rules.") || hasRules)
            .filter(s -> !s.key().equals("sensors.image.folders") || image.names("folders"))
            .filter(s -> !s.key().equals("sensors.image.programs") || image.names("programs"))
            .filter(s -> !s.key().equals(REMOVAL) || leaving.names(CODE))
            .filter(s -> !s.key().equals("title") || !title.isEmpty())
            .toList());
  }

  private static Problem orDesksOwn(Problem p) {
    boolean isSetting =
        ConfigFile.defaults().settings().stream()
            .anyMatch(s -> s.key().equals(p.key()) || s.key().startsWith(p.key() + "."));
    return p.reason() == Reason.UNKNOWN_KEY && isSetting
        ? new Problem(
            p.file(),
            p.line(),
            Reason.DESKS_OWN,
            p.key(),
            p.found(),
            p.expected(),
            p.nearest(),
            p.siblings())
        : p;
  }

  /** The policy that these settings would be, as far as they are a policy's. */
  public static PolicyFile of(ConfigFile file) {
    Config config = file.config();
    return new PolicyFile(
        "",
        Optional.of(config.rules()),
        Optional.of(config.sensors().image().folders()),
        Optional.of(config.sensors().image().programs()),
        Optional.of(config.removal()),
        file.settings().stream().filter(s -> isPolicys(s.key())).toList());
  }

  private static boolean isPolicys(String key) {
    return key.startsWith("rules.")
        || key.equals("sensors.image.folders")
        || key.equals("sensors.image.programs")
        || key.equals(REMOVAL);
  }

  /** The settings that a desk runs with under this policy. */
  public Config over(Config own) {
    Config.Sensors sensors = own.sensors();
    Config.Image image = sensors.image();
    return new Config(
        own.evidence(),
        own.inbox(),
        own.report(),
        own.retention(),
        new Config.Sensors(
            sensors.usb(),
            sensors.program(),
            new Config.Image(
                image.enabled(),
                folders.orElse(image.folders()),
                programs.orElse(image.programs()),
                image.summaryEvery()),
            sensors.upload(),
            sensors.session(),
            sensors.persistence(),
            sensors.presence()),
        rules.orElse(own.rules()),
        own.watchdog(),
        own.selftest(),
        own.notice(),
        own.terminal(),
        own.disposal(),
        removal.orElse(own.removal()));
  }

  /** The same with its words for people. */
  public ConfigFile over(ConfigFile own) {
    Map<String, Setting> decided = new TreeMap<>();
    settings.forEach(s -> decided.put(s.key(), s));
    return new ConfigFile(
        over(own.config()),
        own.settings().stream().map(s -> decided.getOrDefault(s.key(), s)).toList());
  }

  /** Whether it leaves each desk all of its own settings. */
  public boolean isEmpty() {
    return rules.isEmpty() && folders.isEmpty() && programs.isEmpty() && removal.isEmpty();
  }

  /**
   * What it names, key by key: text, {@link Long}, {@link Boolean}, a list of texts, or such a map
   * again. A rule's setting that has its default is left out, so that older desks are not asked
   * what they do not know.
   */
  public Map<String, Object> tree() {
    Map<String, Object> top = new TreeMap<>();
    if (rules.isPresent()) {
      top.put("rules", new TreeMap<>());
    }
    for (Setting each : settings) {
      if (!each.key().startsWith("rules.") || !each.value().equals(each.standard())) {
        put(top, each.key(), value(each));
      }
    }
    return top;
  }

  @SuppressWarnings("unchecked") // what is below a key of several parts is a map of ours
  private static void put(Map<String, Object> in, String key, Object value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      in.put(key, value);
    } else {
      Object below = in.computeIfAbsent(key.substring(0, dot), k -> new TreeMap<String, Object>());
      put((Map<String, Object>) below, key.substring(dot + 1), value);
    }
  }

  /**
   * The items of one of its lists.
   *
   * @throws IllegalArgumentException if it names no such setting
   */
  public List<String> texts(String key) {
    return settings.stream()
        .filter(s -> s.key().equals(key))
        .findFirst()
        .map(s -> texts(s))
        .orElseThrow(() -> new IllegalArgumentException(key + " is not named"));
  }

  private static Object value(Setting setting) {
    return switch (setting.expected().kind()) {
      case COUNT -> Long.parseLong(setting.value());
      case SWITCH -> Boolean.parseBoolean(setting.value());
      case WORDS, PEERS, FOLDERS, PROGRAMS, ALLOWED -> texts(setting);
      default -> setting.value();
    };
  }

  private static List<String> texts(Setting list) {
    return new Compose(LoadSettings.builder().build())
        .composeString(list.value())
        .flatMap(Section::texts)
        .orElseThrow();
  }
}
