package io.waybillguard.hq.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.SegmentFiles;
import io.waybillguard.hq.store.Segments;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pages of the console and their addresses. Safe for use by several threads. */
public final class Console {
  private static final Logger LOG = LoggerFactory.getLogger(Console.class);
  private static final int RECORDS_A_PAGE = 50;
  private static final int FINDINGS = 5;
  private static final int NEEDING = 8;
  private static final int ALARMS = 5;
  private static final int COMMANDS = 20;
  private static final int ALL_ALARMS = 200;
  private static final int LONGEST_SEARCH = 100;

  private final TemplateEngine pages = TemplateEngine.createPrecompiled(ContentType.Html);
  private final Sessions sessions;
  private final Visitors visitors;
  private final Fleet fleet;
  private final Records records;
  private final Segments segments;
  private final Alarms alarms;
  private final Commands commands;
  private final VerifierKey mirror;

  /**
   * @param mirror HQ's mirror key, whose cosignature says since when HQ holds a record
   */
  public Console(
      Database database,
      SegmentFiles files,
      Passwords passwords,
      VerifierKey mirror,
      InstantSource clock) {
    this.sessions = new Sessions(new Users(database), passwords, clock);
    this.visitors = new Visitors(clock);
    this.fleet = new Fleet(database, clock);
    this.records = new Records(database, files);
    this.segments = new Segments(database);
    this.alarms = new Alarms(database);
    this.commands = new Commands(database);
    this.mirror = mirror;
  }

  /** Adds the pages to a server. */
  public void routes(JavalinConfig config) {
    config.routes.before(Headers::add);
    StaticFiles.routes(config);
    config.routes.get("/login", this::login);
    config.routes.post("/login", this::signOn);
    config.routes.post("/logout", this::signOff);
    config.routes.get("/", request -> withSession(request, this::overview));
    config.routes.get("/alarms", request -> withSession(request, this::alarms));
    config.routes.get("/fleet", request -> withSession(request, this::fleetTable));
    config.routes.get("/workstations.csv", request -> withSession(request, this::csv));
    config.routes.get("/workstations/{id}", request -> withSession(request, this::workstation));
    config.routes.get(
        "/workstations/{id}/records", request -> withSession(request, this::recordsTable));
    config.routes.get(
        "/workstations/{id}/records/{seq}", request -> withSession(request, this::record));
    config.routes.exception(
        HttpResponseException.class,
        (e, request) -> message(request, e.getStatus() == 404 ? 404 : 400));
    config.routes.exception(
        Exception.class,
        (e, request) -> {
          LOG.error("failed method={} path={}", request.method(), request.path(), e);
          message(request, 500);
        });
  }

  @FunctionalInterface
  private interface Page {
    void show(Context request, Users.Session session) throws IOException;
  }

  /** Nobody sees a page without signing on; where they wanted to go is kept. */
  private void withSession(Context request, Page page) throws IOException {
    Optional<Users.Session> session = sessions.of(request);
    if (session.isPresent()) {
      page.show(request, session.get());
    } else if (request.header("HX-Request") != null) {
      request.status(401).header("HX-Redirect", "/login");
    } else {
      request.redirect("/login", HttpStatus.SEE_OTHER);
    }
  }

  // -- signing on ------------------------------------------------------------------------------

  private void login(Context request) {
    if (sessions.of(request).isPresent()) {
      request.redirect("/", HttpStatus.SEE_OTHER);
      return;
    }
    loginPage(request, "");
  }

  private void loginPage(Context request, String problem) {
    Reader reader = visitors.reader(request);
    render(
        request,
        "login.jte",
        Map.of(
            "shell",
            new Shell(reader, reader.say("login.title"), "", "", "/login"),
            "problem",
            problem.isEmpty() ? "" : reader.say(problem)));
  }

  private void signOn(Context request) {
    if (!Headers.isFromHere(request)) {
      message(request, 403);
      return;
    }
    String name = Optional.ofNullable(request.formParam("name")).orElse("");
    String password = Optional.ofNullable(request.formParam("password")).orElse("");
    Duration wait = sessions.wait(request, name);
    if (!wait.isZero()) {
      request.status(429).header("Retry-After", String.valueOf(wait.toSeconds() + 1));
      loginPage(request, "login.later");
    } else if (sessions.isRight(request, name, password)) {
      sessions.begin(request, name);
      LOG.info("signed_on user={} from={}", name, request.ip());
      request.redirect("/", HttpStatus.SEE_OTHER);
    } else {
      LOG.warn("sign_on_refused from={}", request.ip());
      request.status(403);
      loginPage(request, "login.wrong");
    }
  }

  private void signOff(Context request) {
    Optional<Users.Session> session = sessions.of(request);
    if (session.isEmpty() || !Sessions.isOurs(request, session.get())) {
      message(request, 403);
      return;
    }
    sessions.signOff(request);
    request.redirect("/login", HttpStatus.SEE_OTHER);
  }

  // -- pages -----------------------------------------------------------------------------------

  private void overview(Context request, Users.Session session) throws IOException {
    Reader reader = visitors.reader(request);
    List<Fleet.Standing> all = fleet.all();
    List<Fleet.Standing> needing = FleetView.needing(all);
    Map<String, String> names = names(all);
    render(
        request,
        "overview.jte",
        Map.of(
            "shell",
            shell(reader, reader.say("overview.title"), session, request),
            "view",
            view(request, all),
            "needing",
            needing.subList(0, Math.min(NEEDING, needing.size())),
            "needingCount",
            needing.size(),
            "findings",
            records.newestOf("finding.new", FINDINGS).stream()
                .map(r -> RecordView.of(r.log(), r, reader))
                .toList(),
            "names",
            names,
            "openAlarms",
            alarms.open()));
  }

  private void alarms(Context request, Users.Session session) {
    Reader reader = visitors.reader(request);
    render(
        request,
        "alarms.jte",
        Map.of(
            "shell",
            shell(reader, reader.say("alarms.all"), session, request),
            "alarms",
            alarms.newest(ALL_ALARMS),
            "names",
            names(fleet.all())));
  }

  private static Map<String, String> names(List<Fleet.Standing> all) {
    Map<String, String> names = new TreeMap<>();
    all.forEach(s -> names.put(s.row().workstation().log(), s.row().workstation().name()));
    return names;
  }

  private void fleetTable(Context request, Users.Session session) {
    Reader reader = visitors.reader(request);
    render(request, "fleet.jte", Map.of("reader", reader, "view", view(request, fleet.all())));
  }

  private static FleetView view(Context request, List<Fleet.Standing> all) {
    return FleetView.of(all, param(request, "q"), param(request, "state"), param(request, "sort"));
  }

  private void csv(Context request, Users.Session session) {
    request
        .contentType("text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=workstations.csv")
        .result(FleetCsv.of(view(request, fleet.all()).rows(), visitors.reader(request)));
  }

  private List<GivenCommand> given(Workstation desk) {
    return commands.newestFor(desk, COMMANDS).stream()
        .map(
            row ->
                new GivenCommand(
                    row,
                    commands.states(row.id()).stream()
                        .filter(state -> state.log().equals(desk.log()))
                        .findFirst()))
        .toList();
  }

  private void workstation(Context request, Users.Session session) throws IOException {
    Optional<Fleet.Standing> found = fleet.find(request.pathParam("id"));
    if (found.isEmpty()) {
      message(request, 404);
      return;
    }
    Reader reader = visitors.reader(request);
    String log = found.get().row().workstation().log();
    render(
        request,
        "workstation.jte",
        Map.of(
            "shell",
            shell(reader, found.get().row().workstation().name(), session, request),
            "standing",
            found.get(),
            "alarms",
            alarms.of(log, ALARMS),
            "commands",
            given(found.get().row().workstation()),
            "page",
            recordsPage(request, log, reader)));
  }

  private void recordsTable(Context request, Users.Session session) throws IOException {
    Reader reader = visitors.reader(request);
    String log = request.pathParam("id");
    render(
        request,
        "records.jte",
        Map.of("reader", reader, "page", recordsPage(request, log, reader)));
  }

  private RecordsPage recordsPage(Context request, String log, Reader reader) throws IOException {
    String kind = param(request, "kind");
    long before = number(param(request, "before"));
    List<Records.Held> held = records.newest(log, before, kind, RECORDS_A_PAGE + 1);
    List<RecordView> shown =
        held.stream().limit(RECORDS_A_PAGE).map(r -> RecordView.of(log, r, reader)).toList();
    return new RecordsPage(
        log,
        shown,
        records.types(log),
        kind,
        before == Long.MAX_VALUE,
        held.size() > RECORDS_A_PAGE ? shown.get(shown.size() - 1).seq() : -1);
  }

  private void record(Context request, Users.Session session) throws IOException {
    String log = request.pathParam("id");
    long seq = number(request.pathParam("seq"));
    Optional<Fleet.Standing> workstation = fleet.find(log);
    Optional<Records.Held> held = records.find(log, seq);
    Optional<Segments.Row> segment = segments.holding(log, seq);
    if (workstation.isEmpty() || held.isEmpty() || segment.isEmpty()) {
      message(request, 404);
      return;
    }
    Reader reader = visitors.reader(request);
    render(
        request,
        "record.jte",
        Map.of(
            "shell",
            shell(reader, reader.say("record.title", String.valueOf(seq)), session, request),
            "standing",
            workstation.get(),
            "record",
            RecordView.of(log, held.get(), reader),
            "proof",
            Proof.of(segment.get().note(), mirror)));
  }

  private void message(Context request, int status) {
    Reader reader = visitors.reader(request);
    Users.Session nobody = new Users.Session("", Users.Role.VIEWER, "");
    Users.Session session = sessions.of(request).orElse(nobody);
    request.status(status);
    render(
        request,
        "message.jte",
        Map.of(
            "shell",
            shell(reader, reader.say("message." + status), session, request),
            "text",
            reader.say("message." + status + ".text")));
  }

  private static Shell shell(Reader reader, String title, Users.Session session, Context request) {
    return new Shell(reader, title, session.user(), session.csrf(), request.path());
  }

  private void render(Context request, String page, Map<String, Object> model) {
    StringOutput out = new StringOutput();
    pages.render(page, model, out);
    request.html(out.toString());
  }

  private static String param(Context request, String name) {
    String value = Optional.ofNullable(request.queryParam(name)).orElse("");
    return value.length() <= LONGEST_SEARCH ? value : value.substring(0, LONGEST_SEARCH);
  }

  /** A place in a log; everything that is none stands for "the end". */
  private static long number(String text) {
    return text.matches("[0-9]{1,16}") ? Long.parseLong(text) : Long.MAX_VALUE;
  }
}
