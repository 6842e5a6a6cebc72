package io.waybillguard.agent.event;

import java.text.Format;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One sentence for people about one record, made from its OCSF event alone, so that desk, HQ and
 * bundle say the same. Chinese is written first, in {@code summary_zh.properties}; {@code
 * summary_en.properties} says the same. Its keys are event types.
 *
 * <p>What the event does not tell is left out of the sentence, never made up. Values come from
 * outside and are not escaped here. Safe for use by several threads.
 */
public final class Summary {
  // Without this, a missing key of one language would be looked up in the language of the machine.
  static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  /** Of what may be days ago. */
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private final Locale locale;
  private final ZoneId zone;

  /** What the results of commands count, in the order in which people read it. */
  private static final List<String> COUNTS =
      List.of("erased", "held", "absent", "sent", "gone", "found");

  private final ResourceBundle words;

  /** Read when the first sensor's words are wanted. */
  private volatile @Nullable Details details;

  /** As they were read from the bundle: HQ says a sentence for each of millions of records. */
  private final Map<String, Sentence> sentences = new ConcurrentHashMap<>();

  /** How numbers are written that a sentence leaves as they come; guarded by itself. */
  private final NumberFormat numbers;

  /**
   * @param formats how each value is written; empty for as it comes
   */
  private record Sentence(MessageFormat shape, List<Optional<Format>> formats) {
    private static Sentence of(String words, Locale locale) {
      MessageFormat shape = new MessageFormat(words, locale);
      return new Sentence(
          shape,
          Arrays.stream(shape.getFormatsByArgumentIndex()).map(Optional::ofNullable).toList());
    }

    private boolean leavesAsItComes(int value) {
      return value < formats.size() && formats.get(value).isEmpty();
    }
  }

  /**
   * @param language {@link Locale#SIMPLIFIED_CHINESE} or {@link Locale#ENGLISH}
   * @param zone of the person who reads, for times in sentences
   */
  public Summary(Locale language, ZoneId zone) {
    this.locale = language;
    this.zone = zone;
    this.numbers = NumberFormat.getInstance(language);
    this.words =
        ResourceBundle.getBundle(
            Summary.class.getPackageName() + ".summary", language, THIS_LANGUAGE_ONLY);
  }

  /**
   * The kind of a record, in a word or two.
   *
   * @param type the leaf's type, such as {@code usb.attach}; an unknown one is returned as it is
   */
  public String kind(String type) {
    String key = "kind." + type;
    return words.containsKey(key) ? words.getString(key) : type;
  }

  /**
   * The sentence about a record whose body is not here: erased, or never sent.
   *
   * @param type the leaf's type
   */
  public String withoutBody(String type) {
    return say("no_body", kind(type));
  }

  /**
   * The sentence about a record.
   *
   * @param type the leaf's type
   * @param ocsf its body part 0
   */
  public String of(String type, Json.Obj ocsf) {
    return switch (type) {
      case "usb.attach" -> usbCame(ocsf) + oddities(ocsf);
      case "usb.detach" ->
          say(
              type + removal(ocsf),
              device(ocsf),
              span(ocsf.number("duration", -1)),
              text(ocsf, "unmapped", "usb_port"));
      case "volume.mount", "volume.unmount" -> volume(type, ocsf);
      case "program.new" -> programNew(ocsf);
      case "program.burst" -> programs(ocsf);
      case "proc.start" -> programStarted(ocsf);
      case "image.made", "image.read", "image.copied", "image.moved", "image.packed" ->
          images(type, ocsf);
      case "net.sent" -> sent(ocsf);
      case "session.start", "session.end" -> session(type, ocsf);
      case "autostart.new", "autostart.changed", "autostart.gone" -> autostart(type, ocsf);
      case "autostart.burst" -> {
        Json.Obj unmapped = at(ocsf, "unmapped");
        yield say(
            type,
            ocsf.number("count", 0),
            unmapped.number("appeared", 0),
            unmapped.number("changed", 0),
            unmapped.number("vanished", 0));
      }
      case "autostart.baseline" -> {
        String why = text(ocsf, "unmapped", "why");
        yield why.isEmpty()
            ? say("other", type)
            : say(
                type + "." + why,
                ocsf.number("count", 0),
                ocsf.text("status_detail", ""),
                text(ocsf, "unmapped", "asked_by"));
      }
      case "sweep.start" -> say(type);
      case "sweep.end" ->
          say(
              type,
              ocsf.number("num_files", 0),
              at(ocsf, "unmapped").number("entries", 0),
              ocsf.number("num_detections", 0),
              span(ocsf.number("duration", 0)));
      case "hunt.start" ->
          say(
              at(ocsf, "unmapped").flag("resumed", false) ? "hunt.start.resumed" : type,
              text(ocsf, "scan", "name"),
              shortly(text(ocsf, "scan", "uid")));
      case "hunt.end" ->
          say(
              ocsf.number("num_detections", 0) > 0 ? "hunt.end.found" : type,
              text(ocsf, "scan", "name"),
              shortly(text(ocsf, "scan", "uid")),
              ocsf.number("num_files", 0),
              at(ocsf, "unmapped").number("records", 0),
              ocsf.number("num_detections", 0),
              span(ocsf.number("duration", 0)));
      case "disposal.begin", "disposal.end" -> disposal(type, ocsf) + say("stop");
      case "session.refused" -> say(type, from(ocsf), tool(ocsf), ocsf.number("count", 1));
      case "operator.on", "operator.off" -> say(type, text(ocsf, "user", "name"));
      case "visitor.expected" ->
          say(
              type,
              text(ocsf, "unmapped", "visitor"),
              time(ocsf, "start_time"),
              time(ocsf, "end_time"));
      case "visit.begin" -> {
        Json.Obj unmapped = at(ocsf, "unmapped");
        yield say(
            type,
            text(ocsf, "scan", "name"),
            unmapped.number("autostarts", 0),
            unmapped.number("programs", 0),
            unmapped.number("devices", 0));
      }
      case "visit.end" -> visitEnd(ocsf);
      case "presence.change" -> presence(ocsf);
      case "sensor.live" ->
          say(
              at(ocsf, "unmapped").flag("reduced", false) ? "sensor.live.reduced" : type,
              sensor(ocsf),
              detail(ocsf.text("status_detail", "")));
      case "sensor.blind" ->
          say(type, sensor(ocsf), time(ocsf, "start_time"), detail(ocsf.text("status_detail", "")));
      case "sensor.proved" -> say(type, sensor(ocsf), at(ocsf, "unmapped").number("delay_ms", 0));
      case "sensor.silent" ->
          say(type, sensor(ocsf), at(ocsf, "unmapped").number("waited_ms", 0) / 1000);
      case "sensor.back" ->
          say(type, sensor(ocsf), time(ocsf, "start_time"), time(ocsf, "end_time"));
      case "finding.new" -> finding(ocsf);
      case "incident.new", "incident.update", "incident.close" ->
          say(
              type,
              say("severity." + ocsf.number("severity_id", 1)),
              named("step", text(ocsf, "unmapped", "rule")),
              ocsf.number("count", 0));
      case "notice.shown", "notice.answered", "notice.unanswered", "notice.impossible" ->
          notice(type, ocsf);
      case "log.start" -> started(ocsf);
      case "agent.install" -> {
        String act = ocsf.text("status_detail", "");
        String code = text(ocsf, "unmapped", "code");
        String from = text(ocsf, "unmapped", "from");
        yield switch (act) {
          case "" -> say("other", type);
          case "removal_refused" -> say(type + "." + act, from, named("removal_code", code));
          case "removed" ->
              code.isEmpty()
                  ? say(type + "." + act, from, "")
                  : say(type + ".removed_by_code", from, code);
          default -> say(type + "." + act, from, text(ocsf, "unmapped", "to"));
        };
      }
      case "log.stop" -> say(type, named("reason", text(ocsf, "unmapped", "reason")));
      case "log.key" -> say(type, at(ocsf, "unmapped").number("epoch", 0));
      case "log.gap" ->
          say(
              type,
              ocsf.number("count", 0),
              time(ocsf, "start_time"),
              time(ocsf, "end_time"),
              named("cause", ocsf.text("status_detail", "")));
      case "log.erase" -> erased(ocsf);
      case "log.hold", "log.release" -> held(type, ocsf);
      case "hq.cmd" -> command(type + "." + text(ocsf, "unmapped", "verdict"), ocsf);
      case "hq.result" -> command(type + "." + text(ocsf, "unmapped", "outcome"), ocsf);
      case "hq.act" -> act(ocsf);
      case "store.full" -> say(type, named("cause", ocsf.text("status_detail", "")));
      case "log.recover" -> say(type, ocsf.text("status_detail", ""));
      case "time.jump" -> {
        long ms = at(ocsf, "unmapped").number("jump_ms", 0);
        yield say(ms < 0 ? "time.jump.back" : "time.jump.forward", span(Math.abs(ms)));
      }
      case "agent.update" -> {
        Json.Obj unmapped = at(ocsf, "unmapped");
        String step = type + "." + ocsf.text("status_detail", "");
        yield say(
            words.containsKey(step) ? step : "other",
            words.containsKey(step) ? unmapped.text("from", "") : type,
            unmapped.text("to", ""),
            shortly(unmapped.text("command_id", "")));
      }
      case "policy.change" -> {
        Json.Obj unmapped = at(ocsf, "unmapped");
        String cause = unmapped.text("cause", "");
        yield say(
            words.containsKey(type + "." + cause) ? type + "." + cause : type + ".found",
            policy(unmapped.number("from_version", 0)),
            policy(unmapped.number("version", 0)),
            ocsf.text("status_detail", ""));
      }
      case "rule.off" -> say(type, text(ocsf, "unmapped", "rule"), ocsf.text("status_detail", ""));
      default -> say("other", type);
    };
  }

  /** So many changes are in the sentence; the record lists more. */
  private static final int TOLD_OF_A_VISIT = 5;

  private String visitEnd(Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    String compared = unmapped.text("compared", "");
    long count = ocsf.number("num_detections", 0);
    String visitor = text(ocsf, "scan", "name");
    Object places = unmapped.find("unseen").orElse(List.of());
    int left = places instanceof List<?> all ? all.size() : 0;
    String unseen = left == 0 ? "" : say("visit.end.unseen", left);
    if (!compared.equals("yes")) {
      String key = "visit.end." + compared;
      return words.containsKey(key) ? say(key, visitor) : say("other", "visit.end");
    }
    if (count == 0) {
      return say("visit.end.same", visitor) + unseen;
    }
    List<String> changes = visitChanges(ocsf);
    String told =
        changes.stream()
            .limit(TOLD_OF_A_VISIT)
            .collect(Collectors.joining(words.getString("visit.separator")));
    return say(
            count > Math.min(TOLD_OF_A_VISIT, changes.size()) ? "visit.end.more" : "visit.end",
            visitor,
            count,
            told)
        + unseen;
  }

  /**
   * What a {@code visit.end} lists, each in a few words.
   *
   * @param ocsf its body part 0
   */
  public List<String> visitChanges(Json.Obj ocsf) {
    List<String> told = new ArrayList<>();
    Object listed = at(ocsf, "unmapped").find("changes").orElse(List.of());
    for (Object each : listed instanceof List<?> all ? all : List.of()) {
      if (each instanceof Json.Obj change) {
        String where = change.text("where", "");
        told.add(
            say(
                where.isEmpty() ? "visit.change" : "visit.change.where",
                named("visit.is", change.text("change", "")),
                named("visit.thing", change.text("thing", "")),
                change.text("name", ""),
                where));
      }
    }
    return told;
  }

  private String policy(long version) {
    return version == 0 ? say("policy.own") : say("policy.version", String.valueOf(version));
  }

  /** Model and the end of the serial number: enough to tell two sticks apart, short to read. */
  private String device(Json.Obj ocsf) {
    Json.Obj device = at(ocsf, "peripheral_device");
    String name = device.text("name", "");
    String vendor = device.text("vendor_name", "");
    String whole = vendor.isEmpty() || name.startsWith(vendor) ? name : vendor + " " + name;
    String serial = device.text("serial_number", "");
    int kind = (int) device.number("type_id", 0);
    String what =
        words.containsKey("device." + kind) ? words.getString("device." + kind) : say("device.99");
    return serial.isEmpty()
        ? say("device.no_serial", what, whole)
        : say("device.serial", what, whole, serial.substring(Math.max(0, serial.length() - 4)));
  }

  /**
   * Of these a device is one: a stick that types, or a keyboard that is a network, is made to
   * attack. Many an honest keyboard or headset is several other things at once.
   */
  private static final Set<String> TOGETHER_ODD = Set.of("storage", "keyboard", "network");

  /** What makes a device more than it seems. */
  private String oddities(Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    List<String> kinds =
        unmapped.find("usb_kinds").stream()
            .filter(List.class::isInstance)
            .flatMap(all -> ((List<?>) all).stream())
            .filter(String.class::isInstance)
            .map(String.class::cast)
            .toList();
    StringBuilder more = new StringBuilder();
    if (kinds.stream().filter(TOGETHER_ODD::contains).count() > 1) {
      more.append(
          say(
              "usb.and",
              kinds.stream()
                  .map(kind -> named("usb.kind", kind))
                  .collect(Collectors.joining(words.getString("usb.kind.separator")))));
    }
    if (unmapped.has("malformed")) {
      more.append(say("usb.malformed"));
    }
    return more.toString();
  }

  /** The end of the key of the sentence about a removal; "" for the plain one. */
  private static String removal(Json.Obj ocsf) {
    return switch (text(ocsf, "unmapped", "removal")) {
      case "pulled" -> ".pulled";
      case "unclear" -> ".unclear";
      case "unseen" -> ".unseen";
      case "released", "ejected" -> ".safe";
      default -> "";
    };
  }

  private String volume(String type, Json.Obj ocsf) {
    String label = text(ocsf, "unmapped", "volume_label");
    String folder = text(ocsf, "file", "path");
    String key = text(ocsf, "unmapped", "removal").equals("pulled") ? type + ".pulled" : type;
    return label.isEmpty() ? say(key + ".no_label", folder) : say(key, folder, label);
  }

  private String programNew(Json.Obj ocsf) {
    boolean copied = ocsf.has("file_result");
    Json.Obj file = at(ocsf, copied ? "file_result" : "file");
    Json.Obj unmapped = at(ocsf, "unmapped");
    String path = file.text("path", "");
    String key =
        copied
            ? "program.new.copied"
            : unmapped.text("origin", "").equals("removable")
                ? "program.new.removable"
                : "program.new";
    String by = text(ocsf, "actor", "process", "path");
    List<String> extras = new ArrayList<>();
    if (unmapped.flag("hidden_place", false)) {
      extras.add(say("extra.hidden"));
    }
    String cameBy = unmapped.text("came_by", "");
    if (words.containsKey("came." + cameBy)) {
      String from = unmapped.text("came_from", "");
      extras.add(
          from.isEmpty() ? say("extra.came", say("came." + cameBy)) : say("extra.came.from", from));
    }
    if (!by.isEmpty()) {
      extras.add(say("extra.by", by));
    }
    String owner = unmapped.text("package", "");
    if (!owner.isEmpty()) {
      boolean changed = unmapped.text("packaged", "").equals("changed");
      extras.add(say(changed ? "extra.package.changed" : "extra.package", owner));
    }
    if (unmapped.flag("set_id", false)) {
      extras.add(say("extra.set_id"));
    }
    if (!unmapped.text("unreadable", "").isEmpty()) {
      extras.add(say("extra.unreadable", unmapped.text("unreadable", "")));
    }
    return say(key, path, text(ocsf, "file", "path")) + String.join("", extras) + say("stop");
  }

  private String programs(Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    return say(
        "program.burst",
        ocsf.number("count", 0),
        unmapped.number("package_count", 0),
        program(ocsf),
        text(ocsf, "file", "path"));
  }

  private String programStarted(Json.Obj ocsf) {
    Json.Obj process = at(ocsf, "process");
    Json.Obj unmapped = at(ocsf, "unmapped");
    String key =
        at(process, "file").number("drive_type_id", 0) == 1
            ? "proc.start.on_medium"
            : unmapped.text("origin", "").equals("removable")
                ? "proc.start.removable"
                : "proc.start";
    List<String> extras = new ArrayList<>();
    if (unmapped.flag("hidden_place", false)) {
      extras.add(say("extra.hidden"));
    }
    String user = text(ocsf, "process", "user", "name");
    if (!user.isEmpty()) {
      extras.add(say("extra.user", user));
    }
    String parent = text(ocsf, "process", "parent_process", "path");
    if (!parent.isEmpty()) {
      extras.add(say("extra.parent", parent));
    }
    if (ocsf.number("count", 1) > 1) {
      extras.add(say("extra.times", ocsf.number("count", 1)));
    }
    return say(key, at(process, "file").text("path", process.text("path", "")))
        + String.join("", extras)
        + say("stop");
  }

  private String autostart(String type, Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    String point = unmapped.text("point", "");
    String file = text(ocsf, "file", "path");
    String program = unmapped.text("program", "");
    List<String> extras = new ArrayList<>();
    if (!program.isEmpty()) {
      extras.add(say("extra.starts", program));
    }
    if (unmapped.flag("hidden_place", false)) {
      extras.add(say("extra.hidden"));
    }
    String user = unmapped.text("runs_as", "");
    if (!user.isEmpty()) {
      extras.add(say("extra.user", user));
    }
    if (unmapped.flag("while_away", false)) {
      extras.add(say("extra.away"));
    }
    return say(
            isSetting(point) ? type + ".setting" : type,
            point(point),
            unmapped.text("entry", ""),
            file.isEmpty() ? text(ocsf, "job", "file", "path") : file)
        + String.join("", extras)
        + say("stop");
  }

  private String images(String type, Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    String program = program(ocsf);
    String place = unmapped.text("place", "");
    return say(
            type,
            program,
            unmapped.number("images", 0),
            text(ocsf, "file", "path"),
            text(ocsf, "file_result", "path"))
        + (place.isEmpty() ? "" : say("extra.place", destination(place)))
        + say("extra.today", unmapped.number("images_today", 0))
        + say("stop");
  }

  private String sent(Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    String destination = unmapped.text("destination", "");
    Json.Obj to = at(ocsf, "dst_endpoint");
    String ip = to.text("ip", "");
    String key =
        ip.isEmpty()
            ? "net.sent.various"
            : unmapped.flag("incoming", false) ? "net.sent.incoming" : "net.sent";
    String host = to.text("hostname", "");
    return say(
            key,
            program(ocsf),
            size(at(ocsf, "traffic").number("bytes_out", 0)),
            host.isEmpty() ? ip : host + " (" + ip + ")",
            Long.toString(to.number("port", 0)))
        + (destination.isEmpty() ? "" : say("extra.destination", destination(destination)))
        + say("stop");
  }

  private String program(Json.Obj ocsf) {
    Json.Obj process = at(at(ocsf, "actor"), "process");
    String path = process.text("path", "");
    return !path.isEmpty()
        ? path
        : process.has("pid")
            ? say("process.pid", Long.toString(process.number("pid", 0)))
            : say("process.unknown");
  }

  /** A size as people read it; the record has the exact one. */
  /** An amount of data as people read it. */
  String size(long bytes) {
    return bytes < 1 << 20
        ? say("size.kib", Math.round(bytes / 1024.0))
        : say("size.mib", Math.round(bytes / 104857.6) / 10.0);
  }

  /** Where from comes first, as in the notice at the desk; what is not known is left out. */
  private String session(String type, Json.Obj ocsf) {
    Json.Obj unmapped = at(ocsf, "unmapped");
    String tunnel = unmapped.text("tunnel", "");
    String where =
        tunnel.isEmpty()
            ? from(ocsf)
            : say(tunnel.equals("?") ? "session.from.tunnel" : "session.from.tunnel.by", tunnel);
    String account = text(ocsf, "user", "name");
    String tool = tool(ocsf);
    String who =
        account.equals("unknown") ? say("session.how", tool) : say("session.who", tool, account);
    String key =
        unmapped.flag("present_at_start", false)
            ? "session.start.before"
            : unmapped.flag("ended_while_away", false) ? "session.end.away" : type;
    return say(key, where, who, span(ocsf.number("duration", -1)));
  }

  private String from(Json.Obj ocsf) {
    Json.Obj from = at(ocsf, "src_endpoint");
    String address = from.text("ip", from.text("hostname", "unknown"));
    return address.equals("unknown") ? say("session.from.unknown") : say("session.from", address);
  }

  private String tool(Json.Obj ocsf) {
    return text(ocsf, "service", "name");
  }

  private String presence(Json.Obj ocsf) {
    String user = text(ocsf, "unmapped", "console_user");
    String state = ocsf.text("state", "");
    String detail = state.equals("unknown") ? detail(ocsf.text("status_detail", "")) : "";
    return named("presence", state)
        + (user.isEmpty() ? "" : say("extra.user", user))
        + (detail.isEmpty() ? "" : say("presence.why", detail))
        + say("stop");
  }

  private String finding(Json.Obj ocsf) {
    Json.Obj facts = at(ocsf, "unmapped");
    String rule = facts.text("rule", "");
    if (rule.equals("images-carried-off")) {
      return carriedOff(facts);
    }
    String step = facts.text("step", "");
    String key = "finding." + rule + (step.isEmpty() ? "" : "." + step);
    if (!words.containsKey(key)) {
      return say("finding.new", rule);
    }
    String source = facts.text("source", "");
    if (rule.equals("unexpected-remote-session")) {
      String account = facts.text("account", "");
      return say(key, facts.text("path", ""))
          + (source.isEmpty() || source.equals("?") ? "" : say("extra.from", source))
          + (account.isEmpty() ? "" : say("extra.user", account))
          + whoWasThere(facts)
          + say("stop");
    }
    String written = facts.text("file", "");
    String about = facts.text("path", "");
    return say(key, rule.equals("sensor-silenced") ? sensor(about) : about)
        + (written.isEmpty() ? "" : say("extra.written", written))
        + (source.isEmpty() ? "" : say("extra.source", source))
        + (facts.text("hidden", "").equals("true") ? say("extra.hidden") : "")
        + whoWasThere(facts)
        + say("stop");
  }

  /** What became of an incident at the desk. */
  private String notice(String type, Json.Obj ocsf) {
    Json.Obj facts = at(ocsf, "unmapped");
    String after = span(ocsf.number("duration", -1));
    return switch (type) {
      case "notice.shown" ->
          told(type + "." + facts.text("way", "window"), text(ocsf, "finding_info", "title"));
      case "notice.answered" -> {
        String how = facts.text("how", "");
        String operator = facts.text("operator", "");
        String account = facts.text("account", "");
        yield say(type, named("answer", facts.text("answer", "")), after)
            + (how.isEmpty() ? "" : named("answer.how", how))
            + (operator.isEmpty() ? "" : say("answer.operator", operator))
            + (account.isEmpty() ? "" : say("extra.user", account))
            + (facts.text("place", "").equals("shared") ? say("answer.shared") : "")
            + say("stop");
      }
      case "notice.unanswered" -> say(type, after);
      default -> told(type, detail(ocsf.text("status_detail", "")));
    };
  }

  private String told(String key, String detail) {
    return say(key) + (detail.isEmpty() ? "" : say("extra.detail", detail)) + say("stop");
  }

  private String whoWasThere(Json.Obj facts) {
    String key = "extra.presence." + facts.text("presence", "");
    String operator = facts.text("operator", "");
    String visitor = facts.text("visitor", "");
    return (words.containsKey(key) ? say(key) : "")
        + (operator.isEmpty() ? "" : say("extra.operator", operator))
        + (facts.has("operator_missing") ? say("extra.operator_missing") : "")
        + (facts.has("hours") ? say("extra.hours.outside") : "")
        + (visitor.isEmpty() ? "" : say("extra.visitor", visitor));
  }

  private String carriedOff(Json.Obj facts) {
    String source = facts.text("source", "");
    String destination = facts.text("destination", "");
    return say(
            "finding.images-carried-off." + facts.text("step", "reader"),
            facts.text("path", ""),
            number(facts, "images"),
            size(number(facts, "bytes")),
            facts.text("peer", ""))
        + (destination.isEmpty() ? "" : say("extra.destination", destination(destination)))
        + (source.isEmpty() ? "" : say("extra.reader", source))
        + whoWasThere(facts)
        + say("stop");
  }

  /** How much something weighs, in a word. */
  public String severity(Severity severity) {
    return say("severity." + severity.id());
  }

  private static long number(Json.Obj facts, String key) {
    return number(facts.text(key, ""));
  }

  /** A fact of a finding, which are all texts; 0 when it is no number. */
  static long number(String text) {
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }

  private String started(Json.Obj ocsf) {
    String before = ocsf.text("status_detail", "");
    String key = "log.start." + before;
    long size = at(ocsf, "unmapped").number("last_checkpoint_size", 0);
    return say(words.containsKey(key) ? key : "log.start", size);
  }

  private String erased(Json.Obj ocsf) {
    String rule = ocsf.text("status_detail", "");
    String why =
        rule.isEmpty()
            ? say("erase.request", text(ocsf, "unmapped", "request"))
            : named("erase", rule);
    return say("log.erase", ocsf.number("count", 0), why);
  }

  private String held(String type, Json.Obj ocsf) {
    Json.Obj hold = at(ocsf, "unmapped");
    return say(type, hold.number("from", 0), hold.number("to", 1) - 1, hold.text("case", ""));
  }

  private String act(Json.Obj ocsf) {
    Json.Obj about = at(ocsf, "unmapped");
    String key = "hq.act." + about.text("deed", "");
    if (!words.containsKey(key)) {
      return say("other", key);
    }
    String detail = about.text("detail", "");
    return say(
            key, about.text("who", ""), text(ocsf, "src_endpoint", "ip"), about.text("about", ""))
        + (detail.isEmpty() ? "" : say("extra.detail", detail))
        + say("stop");
  }

  private String command(String key, Json.Obj ocsf) {
    if (!words.containsKey(key)) {
      return say("other", key);
    }
    Json.Obj about = at(ocsf, "unmapped");
    List<String> counts = new ArrayList<>();
    for (String what : COUNTS) {
      if (about.number(what, 0) > 0) {
        counts.add(say("count." + what, about.number(what, 0)));
      }
    }
    return say(
        key,
        named("command", about.text("command", "")),
        shortly(about.text("command_id", "")),
        counts.isEmpty() ? "" : say("counts", String.join(say("counts.between"), counts)),
        detail(ocsf.text("status_detail", "")));
  }

  /** As much of a command's id as tells it from others. */
  private static String shortly(String id) {
    return id.substring(0, Math.min(8, id.length()));
  }

  /** Without the stop that ends it: the beginning has one of its own. */
  private String disposal(String type, Json.Obj ocsf) {
    Json.Obj facts = at(ocsf, "unmapped");
    boolean undo = facts.flag("undo", false);
    if (type.equals("disposal.begin")) {
      return say(
          undo ? type + ".undo" : type,
          disposed(at(facts, "what"), facts.text("target", "")),
          shortly(facts.text("disposal", "")),
          say("disposal.by." + facts.text("by", "hq")));
    }
    return disposal(
        at(facts, "what"),
        facts.text("target", ""),
        facts.text("disposal", ""),
        undo,
        facts.text("outcome", ""),
        ocsf.text("status_detail", ""));
  }

  /** What became of a disposal, without the stop that ends the sentence. */
  String disposal(
      Json.Obj what, String target, String id, boolean undo, String outcome, String detail) {
    String key = "disposal.end." + outcome + (undo ? ".undo" : "");
    if (!words.containsKey(key)) {
      return say("other", "disposal.end");
    }
    return say(key, disposed(what, target), shortly(id))
        + (detail.isEmpty() ? "" : say("extra.detail", named("disposal.why", detail)));
  }

  private String disposed(Json.Obj what, String target) {
    String kind = what.text("kind", "");
    String key =
        "disposal.what."
            + (kind.equals("block")
                ? what.has("program") ? "block.program" : "block.address"
                : kind);
    return words.containsKey(key) ? say(key, target) : kind + " " + target;
  }

  private String sensor(Json.Obj ocsf) {
    return sensor(text(ocsf, "unmapped", "sensor"));
  }

  /** What people call a sensor; its own name when it has no words yet. */
  public String sensor(String name) {
    return named("sensor", name);
  }

  /**
   * What people call a point where something starts by itself, or where a setting lies that matters
   * as much.
   *
   * @param id as in {@code config/indicators/persistence-points.yaml}
   */
  public String point(String id) {
    return isSetting(id) ? named("setting", id) : named("point", id);
  }

  /** Whether nothing starts by itself at this point: accounts, the antivirus, what is installed. */
  private boolean isSetting(String point) {
    return words.containsKey("setting." + point);
  }

  /**
   * What the agent says of what it sees, and of why it cannot do something, as far as there are
   * words for it.
   *
   * @param text as the record holds it
   */
  public String detail(String text) {
    Details read = details;
    if (read == null) {
      read = new Details(locale);
      details = read;
    }
    return read.in(text);
  }

  /**
   * What people call a place that uploads go to.
   *
   * @param id as in {@code config/indicators/upload-destinations.yaml}; any other is returned as it
   *     is
   */
  public String destination(String id) {
    return named("destination", id);
  }

  /** The words for a value of ours, or the value itself when it is not one that we know. */
  private String named(String what, String value) {
    String key = what + "." + value.replace(' ', '_');
    return words.containsKey(key) ? words.getString(key) : value;
  }

  private String usbCame(Json.Obj ocsf) {
    Json.Obj more = at(ocsf, "unmapped");
    boolean isIn = more.flag("present_at_start", false);
    if (more.find("came").isPresent()) {
      String key = isIn ? "usb.attach.away.in" : "usb.attach.away";
      Instant came = Instant.ofEpochMilli(more.number("came", 0));
      return say(key, device(ocsf), DAY_AND_TIME.format(came.atZone(zone)));
    }
    String key = isIn ? "usb.attach.start" : "usb.attach";
    return say(key, device(ocsf), text(ocsf, "unmapped", "usb_port"));
  }

  private String time(Json.Obj ocsf, String key) {
    return TIME.format(Instant.ofEpochMilli(ocsf.number(key, 0)).atZone(zone));
  }

  /** A time that passed, as people read it. */
  String span(long millis) {
    if (millis < 0) {
      return say("span.unknown");
    }
    long seconds = millis / 1000;
    if (seconds < 60) {
      return say("span.seconds", seconds);
    }
    long minutes = seconds / 60;
    return minutes < 60
        ? say("span.minutes", minutes, seconds % 60)
        : say("span.hours", minutes / 60, minutes % 60);
  }

  private static String text(Json.Obj from, String... path) {
    Json.Obj here = from;
    for (int i = 0; i < path.length - 1; i++) {
      here = at(here, path[i]);
    }
    return here.text(path[path.length - 1], "");
  }

  /** The object behind a key; an empty one when there is none. */
  private static Json.Obj at(Json.Obj from, String key) {
    return from.find(key)
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .orElseGet(Json::object);
  }

  private String say(String key, Object... values) {
    Sentence sentence =
        sentences.computeIfAbsent(key, k -> Sentence.of(words.getString(k), locale));
    for (int i = 0; i < values.length; i++) {
      // A sentence would ask for the language's way of writing numbers for each of them.
      if (values[i] instanceof Number number && sentence.leavesAsItComes(i)) {
        values[i] = written(number);
      }
    }
    synchronized (sentence) { // it formats numbers with a state of its own
      return sentence.shape().format(values);
    }
  }

  private String written(Number number) {
    synchronized (numbers) {
      return numbers.format(number);
    }
  }
}
