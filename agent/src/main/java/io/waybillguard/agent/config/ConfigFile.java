package io.waybillguard.agent.config;

import io.waybillguard.agent.config.Problem.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A configuration file, read strictly: a key or value that is not understood is an error, never a
 * default. This class is where every key is spelled, with its range.
 *
 * @param config what to run with
 * @param settings each setting as it is in force, in the order of the default file
 */
public record ConfigFile(Config config, List<Setting> settings) {

  public ConfigFile {
    settings = List.copyOf(settings);
  }

  /** What holds when there is no file. */
  public static ConfigFile defaults() {
    try {
      return parse(new byte[0], "");
    } catch (ConfigException e) {
      throw new AssertionError("an empty file has nothing wrong in it", e);
    }
  }

  /**
   * Reads a file.
   *
   * @param name the file as the person knows it, for messages
   * @throws IOException if it cannot be read
   * @throws ConfigException if anything in it is wrong; says all of it
   */
  public static ConfigFile read(Path file, String name) throws IOException, ConfigException {
    return parse(Files.readAllBytes(file), name);
  }

  /**
   * Reads the content of a file.
   *
   * @param name the file as the person knows it, for messages
   * @throws ConfigException if anything in it is wrong; says all of it
   */
  public static ConfigFile parse(byte[] content, String name) throws ConfigException {
    Findings findings = new Findings(name);
    MappingNode top = top(content, findings);
    findings.refuseIfWrong(); // Not YAML at all: nothing else can be said about it.
    Config config = config(new Section("", top, findings));
    findings.refuseIfWrong();
    return new ConfigFile(config, findings.settings());
  }

  /**
   * SHA-256 over every setting in force, lower-case hex. Two desks that run with the same settings
   * have the same one, however their files are laid out.
   */
  public String fingerprint() {
    StringBuilder all = new StringBuilder();
    settings.forEach(s -> all.append(s.key()).append('=').append(s.value()).append('\n'));
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(all.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  private static Config config(Section top) {
    Config standard = Config.DEFAULTS;
    Config read =
        new Config(
            evidence(top.section("evidence"), standard.evidence()),
            inbox(top.section("inbox"), standard.inbox()),
            report(top.section("report"), standard.report()),
            retention(top.section("retention"), standard.retention()),
            sensors(top.section("sensors"), standard.sensors()),
            rules(top.section("rules"), standard.rules()),
            watchdog(top.section("watchdog"), standard.watchdog()),
            selftest(top.section("selftest"), standard.selftest()),
            notice(top.section("notice"), standard.notice()),
            terminal(top.section("terminal"), standard.terminal()),
            disposal(top.section("disposal"), standard.disposal()),
            removal(top.section("removal"), standard.removal()));
    top.end();
    return read;
  }

  private static Config.Evidence evidence(Section in, Config.Evidence standard) {
    Config.Evidence read =
        new Config.Evidence(
            in.domain("domain", standard.domain()),
            in.count("commit_batch", standard.commitBatch(), 1, 4096),
            in.time("commit_wait", standard.commitWait(), "1ms", "1s"),
            in.time("checkpoint_every", standard.checkpointEvery(), "1s", "1h"),
            in.time("key_epoch", standard.keyEpoch(), "1m", "7d"),
            in.count("key_epoch_records", standard.keyEpochRecords(), 16, 65536),
            in.size("disk_cap", standard.diskCap(), "16MiB", "64GiB"),
            in.size("ballast", standard.ballast(), "1MiB", "1GiB"));
    in.end();
    return read;
  }

  private static Config.Inbox inbox(Section in, Config.Inbox standard) {
    Config.Inbox read = new Config.Inbox(in.count("capacity", standard.capacity(), 64, 1048576));
    in.end();
    return read;
  }

  private static Config.Report report(Section in, Config.Report standard) {
    Config.Report read =
        new Config.Report(
            in.time("every", standard.every(), "10s", "1d"),
            in.time("heartbeat", standard.heartbeat(), "10s", "1h"),
            in.time("connect_timeout", standard.connectTimeout(), "1s", "2m"),
            in.time("read_timeout", standard.readTimeout(), "1s", "10m"),
            in.time("backoff_max", standard.backoffMax(), "1s", "1d"));
    in.end();
    return read;
  }

  private static Config.Retention retention(Section in, Config.Retention standard) {
    Config.Retention read =
        new Config.Retention(
            in.time("personal", standard.personal(), "1d", "3650d"),
            in.time("technical", standard.technical(), "1d", "3650d"),
            in.time("leaf", standard.leaf(), "30d", "3650d"));
    in.end();
    return read;
  }

  private static Config.Sensors sensors(Section in, Config.Sensors standard) {
    Config.Sensors read =
        new Config.Sensors(
            usb(in.section("usb"), standard.usb()),
            program(in.section("program"), standard.program()),
            image(in.section("image"), standard.image()),
            upload(in.section("upload"), standard.upload()),
            session(in.section("session"), standard.session()),
            persistence(in.section("persistence"), standard.persistence()),
            presence(in.section("presence"), standard.presence()));
    in.end();
    return read;
  }

  private static Config.Usb usb(Section in, Config.Usb standard) {
    Config.Usb read = new Config.Usb(in.flag("enabled", standard.enabled()));
    in.end();
    return read;
  }

  private static Config.Program program(Section in, Config.Program standard) {
    Config.Program read =
        new Config.Program(
            in.flag("enabled", standard.enabled()),
            in.size("hash_up_to", standard.hashUpTo(), "1MiB", "64GiB"));
    in.end();
    return read;
  }

  private static Config.Image image(Section in, Config.Image standard) {
    Config.Image read =
        new Config.Image(
            in.flag("enabled", standard.enabled()),
            in.folders("folders", standard.folders()),
            in.programs("programs", standard.programs()),
            in.time("summary_every", standard.summaryEvery(), "10s", "1h"));
    in.end();
    return read;
  }

  private static Config.Upload upload(Section in, Config.Upload standard) {
    Config.Upload read =
        new Config.Upload(
            in.flag("enabled", standard.enabled()),
            in.size("record_from", standard.recordFrom(), "1KiB", "1GiB"),
            in.time("summary_every", standard.summaryEvery(), "10s", "1h"));
    in.end();
    return read;
  }

  private static Config.Session session(Section in, Config.Session standard) {
    Config.Session read =
        new Config.Session(
            in.flag("enabled", standard.enabled()),
            in.time("every", standard.every(), "250ms", "10s"));
    in.end();
    return read;
  }

  private static Config.Persistence persistence(Section in, Config.Persistence standard) {
    Config.Persistence read =
        new Config.Persistence(
            in.flag("enabled", standard.enabled()),
            in.time("every", standard.every(), "10m", "7d"),
            in.count("cpu_share", standard.cpuShare(), 1, 100));
    in.end();
    return read;
  }

  private static Config.Presence presence(Section in, Config.Presence standard) {
    Config.Presence read =
        new Config.Presence(
            in.flag("enabled", standard.enabled()),
            in.time("idle_after", standard.idleAfter(), "30s", "4h"));
    in.end();
    return read;
  }

  static Config.Rules rules(Section in, Config.Rules standard) {
    Config.Rules read =
        new Config.Rules(
            imagesCarriedOff(in.section("images_carried_off"), standard.imagesCarriedOff()),
            remoteSession(in.section("remote_session"), standard.remoteSession()),
            programs(in.section("programs"), standard.programs()),
            usbDevices(in.section("usb"), standard.usb()),
            desk(in.section("desk"), standard.desk()));
    in.end();
    return read;
  }

  private static Config.Programs programs(Section in, Config.Programs standard) {
    Config.Programs read = new Config.Programs(in.allowed("allowed", standard.allowed()));
    in.end();
    return read;
  }

  private static Config.Desk desk(Section in, Config.Desk standard) {
    Config.Desk read =
        new Config.Desk(
            in.hours("working_hours", standard.workingHours()),
            in.flag("operator_required", standard.operatorRequired()));
    in.end();
    return read;
  }

  private static Config.UsbDevices usbDevices(Section in, Config.UsbDevices standard) {
    Config.UsbDevices read = new Config.UsbDevices(in.words("known", standard.known()));
    in.end();
    return read;
  }

  private static Config.ImagesCarriedOff imagesCarriedOff(
      Section in, Config.ImagesCarriedOff standard) {
    Config.ImagesCarriedOff read =
        new Config.ImagesCarriedOff(
            in.count("least_images", standard.leastImages(), 1, 100000),
            in.size("least_bytes", standard.leastBytes(), "1KiB", "1GiB"),
            in.count("surplus", standard.surplus(), 1, 100),
            in.peers("allowed_destinations", standard.allowedDestinations()));
    in.end();
    return read;
  }

  private static Config.RemoteSession remoteSession(Section in, Config.RemoteSession standard) {
    Config.RemoteSession read =
        new Config.RemoteSession(
            in.peers("allowed_peers", standard.allowedPeers()),
            in.words("allowed_tools", standard.allowedTools()),
            in.words("allowed_accounts", standard.allowedAccounts()),
            in.hours("allowed_hours", standard.allowedHours()));
    in.end();
    return read;
  }

  private static Config.Watchdog watchdog(Section in, Config.Watchdog standard) {
    Config.Watchdog read =
        new Config.Watchdog(in.time("patience", standard.patience(), "30s", "1h"));
    in.end();
    return read;
  }

  private static Config.Selftest selftest(Section in, Config.Selftest standard) {
    Config.Selftest read =
        new Config.Selftest(
            in.time("every", standard.every(), "5m", "30d"),
            in.time("signs_every", standard.signsEvery(), "1m", "1d"));
    in.end();
    return read;
  }

  private static Config.Terminal terminal(Section in, Config.Terminal standard) {
    Config.Terminal read =
        new Config.Terminal(
            in.count("port", standard.port(), 0, 65535), in.flag("page", standard.page()));
    in.end();
    return read;
  }

  private static Config.Disposal disposal(Section in, Config.Disposal standard) {
    Config.Disposal read =
        new Config.Disposal(
            in.disposals("allow", standard.allow()),
            in.disposals("automatic", standard.automatic()));
    in.end();
    return read;
  }

  static Config.Removal removal(Section in, Config.Removal standard) {
    Config.Removal read = new Config.Removal(in.flag("code_required", standard.codeRequired()));
    in.end();
    return read;
  }

  private static Config.Notice notice(Section in, Config.Notice standard) {
    Config.Notice read =
        new Config.Notice(
            in.flag("enabled", standard.enabled()),
            in.severity("least_severity", standard.leastSeverity()),
            in.time("fold_after", standard.foldAfter(), "10s", "10m"),
            in.time("remind_after", standard.remindAfter(), "1m", "1d"),
            in.count("repeats", standard.repeats(), 0, 20),
            in.quietHours("quiet_hours", standard.quietHours()),
            in.phone("hq_phone", standard.hqPhone()),
            in.scanner("scanner", standard.scanner()));
    in.end();
    return read;
  }

  /** The mapping at the top; null when the file is empty or when it was written down as wrong. */
  static @Nullable MappingNode top(byte[] content, Findings findings) {
    Optional<String> text = text(content, findings);
    if (text.isEmpty()) {
      return null;
    }
    LoadSettings strict = LoadSettings.builder().setAllowRecursiveKeys(false).build();
    try {
      Node top = new Compose(strict).composeString(text.get()).orElse(null);
      if (top instanceof MappingNode mapping) {
        return mapping;
      }
      if (top != null && !top.getTag().equals(Tag.NULL)) {
        findings.add(line(top.getStartMark()), Reason.NOT_YAML, "", "no settings at the top");
      }
    } catch (MarkedYamlEngineException e) {
      findings.add(line(e.getProblemMark()), Reason.NOT_YAML, "", e.getProblem());
    } catch (YamlEngineException e) {
      findings.add(
          0, Reason.NOT_YAML, "", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    return null;
  }

  /** The text, without the byte order mark that Windows Notepad puts before it. */
  private static Optional<String> text(byte[] content, Findings findings) {
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(content.length + 1);
    CoderResult result = utf8.decode(ByteBuffer.wrap(content), text, true);
    text.flip();
    if (result.isError()) {
      int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
      findings.add(line, Reason.NOT_UTF8, "", "");
      return Optional.empty();
    }
    boolean marked = text.length() > 0 && text.charAt(0) == '\uFEFF';
    return Optional.of(text.subSequence(marked ? 1 : 0, text.length()).toString());
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(Mark::getLine).orElse(-1) + 1;
  }
}
