package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.Story;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * A bundle for people to read, on screen and on paper, in one language: one page that loads
 * nothing, runs nothing and proves nothing by itself. Words are in {@code report_zh.properties},
 * written first, and {@code report_en.properties}.
 */
final class Report {
  /** More rows than this nobody reads; the list has them all. */
  static final int MOST_ROWS = 5_000;

  /** The languages there are, with the name of each page. */
  static final Map<Locale, String> NAMES =
      Map.of(
          Locale.SIMPLIFIED_CHINESE, "data/view/报告.html", Locale.ENGLISH, "data/view/report.html");

  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter WITH_OFFSET =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss XXX", Locale.ROOT);

  /**
   * A record as the page shows it.
   *
   * @param seq its place in the log
   * @param type the leaf's type
   * @param wall when, by the machine's clock
   * @param event body part 0; empty when it is not here
   * @param complete whether all parts of its content are here
   * @param leaf SHA-256 of the leaf's file
   * @param bracket the witnessed times around it
   * @param asked whether it was asked for; the others are in the bundle for the proof's sake
   */
  record Row(
      long seq,
      String type,
      Instant wall,
      Optional<Json.Obj> event,
      boolean complete,
      Hash leaf,
      Brackets.Bracket bracket,
      boolean asked) {}

  /**
   * All that the page tells.
   *
   * @param rows the records, by number, the first {@link #MOST_ROWS} of them
   * @param asked how many were asked for
   * @param records how many there are
   * @param notes the checkpoints in the bundle, by size
   * @param verdict what the writer found when it checked all that it wrote
   * @param custody who asked for the records, and why
   * @param made when the bundle was made
   */
  record Contents(
      List<Row> rows,
      long asked,
      long records,
      KeyChain keys,
      SortedMap<Long, SignedNote> notes,
      List<VerifierKey> witnesses,
      Verdict verdict,
      List<Json.Obj> custody,
      Instant made) {}

  private final Contents all;
  private final Locale locale;
  private final ZoneId zone;
  private final ResourceBundle words;
  private final Summary summary;
  private final Page page = new Page();
  private final Optional<ZoneOffset> offset;

  private Report(Contents all, Locale locale, ZoneId zone) {
    this.all = all;
    this.locale = locale;
    this.zone = zone;
    this.words =
        ResourceBundle.getBundle(
            Report.class.getPackageName() + ".report", locale, THIS_LANGUAGE_ONLY);
    this.summary = new Summary(locale, zone);
    this.offset = offset(all, zone);
  }

  /**
   * The one offset from UTC that all times of the page have; empty where summer time comes between.
   */
  private static Optional<ZoneOffset> offset(Contents all, ZoneId zone) {
    Set<ZoneOffset> offsets =
        Stream.concat(all.rows().stream().map(Row::wall), Stream.of(all.made()))
            .map(zone.getRules()::getOffset)
            .collect(Collectors.toSet());
    return offsets.size() == 1 ? Optional.of(offsets.iterator().next()) : Optional.empty();
  }

  /** The page, in UTF-8. */
  static byte[] html(Contents all, Locale locale, ZoneId zone) throws IOException {
    return new Report(all, locale, zone).html().getBytes(StandardCharsets.UTF_8);
  }

  private String html() throws IOException {
    head();
    title();
    facts();
    stories();
    findings();
    timeline();
    proof();
    records();
    times();
    seals();
    custody();
    check();
    signatures();
    page.markup("<footer>").text(say("footer")).markup("</footer></main></body></html>\n");
    return page.toString();
  }

  // -- head --------------------------------------------------------------------------------------

  private void head() throws IOException {
    String css = css();
    // Even if a value got through: nothing is loaded, nothing runs, nothing is sent.
    String policy =
        "default-src 'none'; style-src 'sha256-"
            + Hash.sha256(css.getBytes(StandardCharsets.UTF_8)).base64()
            + "'; base-uri 'none'; form-action 'none'";
    page.markup("<!DOCTYPE html>\n<html lang=\"").text(locale.toLanguageTag()).markup("\"><head>");
    page.markup("<meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"");
    page.text(policy).markup("\"><meta name=\"viewport\" content=\"width=device-width\">");
    page.markup("<meta name=\"referrer\" content=\"no-referrer\">");
    page.element("title", say("title") + " · " + logId());
    page.markup("<style>").markup(css).markup("</style></head><body><main>");
  }

  private static String css() throws IOException {
    try (InputStream in = Report.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IOException("report.css is missing from the program; install it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void title() {
    page.markup("<header>").element("p", "brand", say("brand")).element("h1", say("title"));
    page.element("p", "lead", lead()).markup("</header>");
  }

  /** The whole of it in two or three sentences. */
  private String lead() {
    long newest = all.notes().lastKey();
    String witnessed =
        lastWitnessed()
            .map(s -> say("lead.witnessed", time(s.at()), s.size()))
            .orElseGet(() -> say("lead.not_witnessed"));
    return say("lead", all.asked(), machine(), newest) + witnessed;
  }

  private Optional<Brackets.Seen> lastWitnessed() {
    SignedNote newest = note(all.notes().lastKey());
    return new Brackets(new java.util.TreeMap<>(all.notes()), all.witnesses())
        .at(all.notes().lastKey(), newest)
        .map(at -> new Brackets.Seen(all.notes().lastKey(), at));
  }

  private void facts() {
    page.markup("<dl class=\"facts\">");
    fact("fact.machine", machine());
    fact("fact.outlet", device("org", "ou_uid"));
    fact("fact.log", all.keys().origin());
    List<Row> asked = all.rows().stream().filter(Row::asked).toList();
    if (!asked.isEmpty()) {
      Row first = asked.get(0);
      Row last = asked.get(asked.size() - 1);
      boolean cut = all.rows().size() < all.records();
      fact(
          "fact.records",
          say("fact.records.from", first.seq()) + (cut ? "…" : say("fact.records.to", last.seq())));
      fact("fact.span", time(first.wall()) + " – " + (cut ? "…" : time(last.wall())));
    }
    fact("fact.made", time(all.made()));
    fact("fact.zone", offset.map(o -> say("fact.zone.one", zone.getId(), o)).orElse(zone.getId()));
    page.markup("</dl>");
  }

  private void fact(String key, String value) {
    if (!value.isEmpty()) {
      page.markup("<div>").element("dt", say(key)).element("dd", value).markup("</div>");
    }
  }

  private String machine() {
    String name = device("hostname");
    return name.isEmpty() ? logId() : name;
  }

  private String device(String... path) {
    for (Row row : all.rows()) {
      Json.Obj here = row.event().flatMap(e -> object(e, "device")).orElse(null);
      for (int i = 0; here != null && i < path.length - 1; i++) {
        here = object(here, path[i]).orElse(null);
      }
      if (here != null && here.has(path[path.length - 1])) {
        return here.text(path[path.length - 1], "");
      }
    }
    return "";
  }

  private static Optional<Json.Obj> object(Json.Obj from, String key) {
    return from.find(key).filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast);
  }

  private String logId() {
    try {
      return Checkpoint.logIdOf(all.keys().origin());
    } catch (EvidenceException e) {
      throw new IllegalStateException("a log has an agent's origin from its first day", e);
    }
  }

  // -- what happened -----------------------------------------------------------------------------

  /** The incidents that have a record here, each as its newest one here tells it. */
  private void stories() {
    Map<String, IncidentChanged> newest = new LinkedHashMap<>();
    for (Row row : all.rows()) {
      if (row.asked() && row.type().startsWith("incident.")) {
        row.event().flatMap(Report::incident).ifPresent(told -> newest.put(told.uid(), told));
      }
    }
    if (newest.isEmpty()) {
      return;
    }
    Story story = new Story(locale, zone);
    Set<Long> here = all.rows().stream().map(Row::seq).collect(Collectors.toSet());
    section("stories");
    for (IncidentChanged each : newest.values()) {
      page.element(
          "h3", say("stories.headline", story.title(each), story.severity(each.severity())));
      page.markup("<ol class=\"story\">");
      for (Story.Sentence sentence : story.sentences(each)) {
        page.markup("<li><bdi>").text(sentence.text()).markup("</bdi> ");
        String record = say("findings.record", sentence.seq());
        if (here.contains(sentence.seq())) {
          page.markup("<a href=\"#r" + sentence.seq() + "\">").text(record).markup("</a>");
        } else {
          page.element("span", "absent", record);
        }
        page.markup("</li>");
      }
      page.markup("</ol>").element("p", say("stories.todo", story.whatToDo(each)));
    }
    end();
  }

  /** A record that this version cannot read is in the list of records all the same. */
  private static Optional<IncidentChanged> incident(Json.Obj event) {
    try {
      return Recall.incident(event);
    } catch (JsonException e) {
      LoggerFactory.getLogger(Report.class).warn("an incident cannot be told", e);
      return Optional.empty();
    }
  }

  private void findings() {
    List<Row> found =
        all.rows().stream().filter(r -> r.asked() && r.type().equals("finding.new")).toList();
    section("findings");
    if (found.isEmpty()) {
      page.element("p", say("findings.none"));
    } else {
      page.markup("<ol class=\"findings\">");
      for (Row row : found) {
        page.markup("<li>").element("time", time(row.wall())).markup(" ");
        page.markup("<b>").text(sentence(row)).markup("</b> ");
        page.markup("<a href=\"#r" + row.seq() + "\">").text(say("findings.record", row.seq()));
        page.markup("</a></li>");
      }
      page.markup("</ol>");
    }
    end();
  }

  private void timeline() {
    List<Row> asked = all.rows().stream().filter(Row::asked).toList();
    section("timeline");
    page.markup(Timeline.svg(asked, this::say, this::sentence, zone));
    page.element("p", "small", say("timeline.note"));
    if (all.rows().size() < all.records()) {
      page.element("p", "small", say("records.cut", all.rows().size(), all.records()));
    }
    end();
  }

  private String sentence(Row row) {
    return row.event()
        .map(e -> summary.of(row.type(), e))
        .orElseGet(() -> summary.withoutBody(row.type()));
  }

  private void records() {
    section("records");
    page.markup("<table class=\"records\"><thead><tr>");
    for (String column : List.of("seq", "wall", "what", "witnessed")) {
      page.element("th", say("records." + column));
    }
    page.markup("</tr></thead><tbody>");
    for (Row row : all.rows()) {
      record(row);
    }
    page.markup("</tbody></table>");
    if (all.rows().size() < all.records()) {
      page.element("p", "small", say("records.cut", all.rows().size(), all.records()));
    }
    end();
  }

  private void record(Row row) {
    String css = row.asked() ? row.type().equals("finding.new") ? "finding" : "" : "aside";
    page.markup("<tr id=\"r" + row.seq() + "\" class=\"" + css + "\">");
    page.element("td", "seq", Long.toString(row.seq()));
    page.element("td", "wall", time(row.wall()));
    page.markup("<td><span class=\"kind\">").text(summary.kind(row.type())).markup("</span> ");
    page.markup("<bdi>").text(sentence(row)).markup("</bdi>");
    if (!row.complete()) {
      page.markup(" ").element("span", "absent", say("records.absent"));
    }
    if (!row.asked()) {
      page.markup(" ").element("span", "absent", say("records.aside"));
    }
    page.markup("<div class=\"hash\">").text(row.seq() + ".json SHA-256 " + row.leaf().hex());
    page.markup("</div></td><td class=\"bracket\">");
    bracket(row.bracket());
    page.markup("</td></tr>");
  }

  private void bracket(Brackets.Bracket bracket) {
    page.element(
        "div",
        bracket
            .with()
            .map(s -> say("records.by", time(s.at())))
            .orElseGet(() -> say("records.not_witnessed")));
    bracket
        .without()
        .ifPresent(s -> page.element("div", "small", say("records.not_yet", time(s.at()))));
  }

  // -- what it is worth --------------------------------------------------------------------------

  private void proof() {
    section("proof");
    page.element("p", say("proof.lead"));
    page.markup("<div class=\"columns\">");
    statements("proved", all.verdict().proved());
    statements("not_proved", all.verdict().notProved().stream().filter(s -> !s.isLimit()).toList());
    page.markup("</div>");
    statements("limits", all.verdict().notProved().stream().filter(Statement::isLimit).toList());
    end();
  }

  private void statements(String css, List<Statement> statements) {
    if (statements.isEmpty()) {
      return;
    }
    page.markup("<div class=\"" + css + "\">").element("h3", say("proof." + css)).markup("<ul>");
    statements.forEach(s -> page.element("li", s.text(locale, zone)));
    page.markup("</ul></div>");
  }

  private void times() {
    section("times");
    for (String each : List.of("order", "clock", "witness")) {
      page.element("p", say("times." + each));
    }
    end();
  }

  private void seals() {
    section("seals");
    page.element("p", say("seals.lead"));
    page.markup("<table><thead><tr>");
    for (String column : List.of("size", "root", "key", "witnesses")) {
      page.element("th", say("seals." + column));
    }
    page.markup("</tr></thead><tbody>");
    for (Map.Entry<Long, SignedNote> each : all.notes().entrySet()) {
      page.markup("<tr>").element("td", "seq", Long.toString(each.getKey()));
      page.element("td", "hash", root(each.getValue()));
      page.element("td", say("seals.epoch", all.keys().at(each.getKey()).number()));
      page.markup("<td>");
      boolean none = true;
      for (VerifierKey witness : all.witnesses()) {
        Optional<Cosignature> line = each.getValue().cosignedBy(witness);
        if (line.isPresent()) {
          page.element("div", witness.name() + " " + time(line.get().at()));
          none = false;
        }
      }
      page.text(none ? "–" : "").markup("</td></tr>");
    }
    page.markup("</tbody></table>");
    end();
  }

  private static String root(SignedNote note) {
    try {
      return Checkpoint.parse(note.text()).root().base64();
    } catch (EvidenceException e) {
      throw new IllegalStateException("a checkpoint that was checked a moment ago", e);
    }
  }

  private SignedNote note(long size) {
    return java.util.Objects.requireNonNull(all.notes().get(size));
  }

  // -- who, and how to check ---------------------------------------------------------------------

  private void custody() {
    section("custody");
    for (Json.Obj line : all.custody()) {
      page.markup("<dl class=\"facts\">");
      for (String key : line.keys()) {
        String label = "custody." + key;
        page.markup("<div>").element("dt", words.containsKey(label) ? say(label) : key);
        page.element("dd", line.find(key).map(String::valueOf).orElse("")).markup("</div>");
      }
      page.markup("</dl>");
    }
    end();
  }

  private void check() {
    section("check");
    page.element("p", say("check.lead"));
    page.markup("<ol>");
    for (String step : List.of("fingerprint", "manifests", "bodies", "seal", "place", "program")) {
      page.element("li", say("check." + step));
    }
    page.markup("</ol>").element("p", say("check.keys")).markup("<table class=\"keys\"><tbody>");
    key("check.first", all.keys().epochs().get(0).key());
    all.witnesses().forEach(w -> key("check.witness", w));
    page.markup("</tbody></table>");
    end();
  }

  private void key(String label, VerifierKey key) {
    page.markup("<tr>").element("th", say(label));
    page.element("td", "hash", key.toString()).markup("</tr>");
  }

  /** To be filled in by hand, on paper: the number that fixes every byte of the bundle. */
  private void signatures() {
    section("handover");
    page.element("p", say("handover.lead"));
    page.markup("<div class=\"blank\">").text(say("handover.fingerprint")).markup("</div>");
    page.markup("<div class=\"signs\">");
    for (String who : List.of("giver", "taker")) {
      page.markup("<div><div class=\"blank\">").text(say("handover." + who));
      page.markup("</div><div class=\"blank\">").text(say("handover.date")).markup("</div></div>");
    }
    page.markup("</div>");
    end();
  }

  private void section(String name) {
    page.markup("<section class=\"" + name + "\">").element("h2", say(name + ".title"));
  }

  private void end() {
    page.markup("</section>");
  }

  private String time(Instant at) {
    return (offset.isPresent() ? TIME : WITH_OFFSET).format(at.atZone(zone));
  }

  private String say(String key, Object... values) {
    return new MessageFormat(words.getString(key), locale).format(values);
  }
}
