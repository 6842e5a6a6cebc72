package io.waybillguard.hq.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.incident.Telling;
import io.waybillguard.hq.oidc.Provider;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.pull.Pulling;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FeedRows;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.Pulls;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Search;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Segments;
import io.waybillguard.hq.store.Sightings;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.WatchedDays;
import io.waybillguard.hq.store.WaybillTags;
import io.waybillguard.hq.sweeps.Sweeps;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pages of the console and their addresses. Safe for use by several threads. */
public final class Console {
  private static final Logger LOG = LoggerFactory.getLogger(Console.class);
  private static final int ALARMS = 5;
  private static final int LONGEST_SEARCH = 100;

  private final TemplateEngine pages = TemplateEngine.createPrecompiled(ContentType.Html);
  private final Frame frame = new Around();
  private final Sessions sessions;
  private final Visitors visitors;
  private final Optional<Provider> provider;
  private final OidcPages oidc;
  private final Fleet fleet;
  private final Records records;
  private final Segments segments;
  private final Alarms alarms;
  private final CommandPages commands;
  private final CommandPage command;
  private final UpdatePages updates;
  private final DisposalPages disposals;
  private final FleetPage desks;
  private final StickPages sticks;
  private final ActPages doings;
  private final AlarmPages notices;
  private final FeedPages feeds;
  private final WaybillTags waybills;
  private final Acts acts;
  private final SweepPages sweeps;
  private final Looks looks = new Looks();
  private final VerifierKey mirror;
  private final InstantSource clock;
  private final IncidentPages incidents;
  private final OverviewPage overview;
  private final PullPages pulls;
  private final VerifyPages verifying;
  private final UserPages users;
  private final PolicyPages policies;
  private final Policies ruling;

  /**
   * @param cosigners HQ's public keys, the mirror's last: its cosignature says since when HQ holds
   *     a record
   * @param orders what needs two people
   * @param packages what desks can be brought to
   * @param pulling who makes bundles
   * @param sweeps publishes sweeps and tells how they stand
   * @param policies publishes policies and tells who goes by which
   * @param waybills finds what is kept of a waybill number
   * @param acts where everything that people do here is written before it is done
   * @param provider who vouches for people besides their passwords here
   */
  public Console(
      Database database,
      SegmentStore files,
      Passwords passwords,
      List<VerifierKey> cosigners,
      Orders orders,
      Packages packages,
      Pulling pulling,
      Sweeps sweeps,
      Policies policies,
      WaybillTags waybills,
      Acts acts,
      Optional<Provider> provider,
      InstantSource clock) {
    VerifierKey mirror = cosigners.get(cosigners.size() - 1);
    this.sessions = new Sessions(new Users(database), passwords, clock);
    this.visitors = new Visitors(clock);
    this.provider = provider;
    this.oidc = new OidcPages(frame, provider, sessions, new Users(database), acts, clock);
    this.fleet = new Fleet(database, clock);
    this.records = new Records(database, files);
    this.segments = new Segments(database);
    this.alarms = new Alarms(database);
    this.waybills = waybills;
    this.acts = acts;
    this.mirror = mirror;
    this.clock = clock;
    this.desks = new FleetPage(frame, fleet);
    this.notices = new AlarmPages(frame, alarms, fleet);
    this.feeds = new FeedPages(frame, new FeedRows(database), clock);
    this.sticks = new StickPages(frame, new Sightings(database));
    this.doings = new ActPages(frame, new ActRows(database), acts);
    IncidentRows rows = new IncidentRows(database);
    Telling telling = new Telling(rows, records, segments, mirror);
    Commands given = new Commands(database);
    this.commands = new CommandPages(frame, given, orders, fleet, clock);
    this.command = new CommandPage(frame, given, fleet, records, clock);
    this.updates = new UpdatePages(frame, packages, given, records, orders, fleet, clock);
    this.disposals =
        new DisposalPages(frame, rows, telling, records, commands, orders, fleet, clock);
    this.incidents = new IncidentPages(frame, rows, telling, disposals, fleet);
    this.sweeps = new SweepPages(frame, sweeps, clock);
    this.pulls = new PullPages(frame, pulling, new Pulls(database), fleet, rows);
    this.verifying = new VerifyPages(frame, fleet, cosigners);
    this.users = new UserPages(frame, new Users(database), passwords, clock);
    this.ruling = policies;
    this.policies = new PolicyPages(frame, policies, clock);
    this.overview = new OverviewPage(frame, fleet, rows, new WatchedDays(database), alarms, clock);
  }

  /** Adds the pages to a server. */
  public void routes(JavalinConfig config) {
    config.jetty.multipartConfig.maxFileSize(VerifyPages.MOST_BYTES, SizeUnit.BYTES);
    config.jetty.multipartConfig.maxTotalRequestSize(
        VerifyPages.MOST_BYTES + 65_536, SizeUnit.BYTES);
    config.jetty.multipartConfig.maxInMemoryFileSize(1, SizeUnit.MB);
    config.routes.before(Headers::add);
    StaticFiles.routes((route, handler) -> add(config, route, handler));
    add(config, Route.LOGIN, this::login);
    add(config, Route.SIGN_IN, this::signOn);
    add(config, Route.OIDC_START, oidc::start);
    add(config, Route.OIDC_CALLBACK, oidc::end);
    add(config, Route.SIGN_OUT, this::signOff);
    add(config, Route.OVERVIEW, overview::show);
    add(config, Route.OUTLETS_CSV, overview::outletsCsv);
    add(config, Route.INCIDENTS, incidents::list);
    add(config, Route.INCIDENTS_CSV, incidents::csv);
    add(config, Route.INCIDENT, incidents::one);
    add(config, Route.EVIDENCE_CSV, incidents::evidenceCsv);
    add(config, Route.DISPOSE, disposals::order);
    add(config, Route.ALARMS, notices::list);
    add(config, Route.ALARMS_CSV, notices::csv);
    add(config, Route.FLEET, desks::table);
    add(config, Route.FLEET_CSV, desks::csv);
    add(config, Route.WORKSTATION, this::workstation);
    add(config, Route.RECORDS, this::recordsTable);
    add(config, Route.RECORDS_CSV, this::recordsCsv);
    add(config, Route.RECORD, this::record);
    add(config, Route.ASK_BLOCK, disposals::askBlock);
    add(config, Route.BLOCK, disposals::block);
    add(config, Route.ASK_ERASE, commands::askErase);
    add(config, Route.REMOVAL_CODE, commands::removalCode);
    add(config, Route.SEARCH, this::search);
    add(config, Route.SEARCH_CSV, this::searchCsv);
    add(config, Route.FIND_WAYBILL, this::findWaybill);
    add(config, Route.STICKS, sticks::list);
    add(config, Route.STICKS_CSV, sticks::csv);
    add(config, Route.STICK, sticks::one);
    add(config, Route.STICK_CSV, sticks::oneCsv);
    add(config, Route.COMMANDS, commands::list);
    add(config, Route.COMMANDS_CSV, commands::csv);
    add(config, Route.COMMAND, command::show);
    add(config, Route.COMMAND_CSV, command::csv);
    add(config, Route.APPROVE, commands::approve);
    add(config, Route.CANCEL, commands::cancel);
    add(config, Route.UNDO, disposals::undo);
    add(config, Route.UPDATES, updates::list);
    add(config, Route.UPDATES_CSV, updates::csv);
    add(config, Route.ASK_UPDATE, updates::ask);
    add(config, Route.PULLS, pulls::list);
    add(config, Route.PULLS_CSV, pulls::csv);
    add(config, Route.ASK_PULL, pulls::ask);
    add(config, Route.PULL, pulls::one);
    add(config, Route.PULL_PROGRESS, pulls::progress);
    add(config, Route.PULL_NOW, pulls::waitNoMore);
    add(config, Route.PULL_BUNDLE, pulls::bundle);
    add(config, Route.PULL_REPORT, pulls::report);
    add(config, Route.VERIFY, verifying::form);
    add(config, Route.VERIFY_BUNDLE, verifying::check);
    add(config, Route.USERS, users::list);
    add(config, Route.USERS_CSV, users::csv);
    add(config, Route.USER_ADD, users::add);
    add(config, Route.USER_CHANGE, users::change);
    add(config, Route.FEEDS, feeds::list);
    add(config, Route.FEEDS_CSV, feeds::csv);
    add(config, Route.SWEEPS, sweeps::list);
    add(config, Route.SWEEPS_CSV, sweeps::csv);
    add(config, Route.PUBLISH_SWEEP, sweeps::publish);
    add(config, Route.SWEEP, sweeps::one);
    add(config, Route.SWEEP_STANDING, sweeps::standing);
    add(config, Route.SWEEP_FOUND_CSV, sweeps::foundCsv);
    add(config, Route.SWEEP_OUTLETS_CSV, sweeps::outletsCsv);
    add(config, Route.SWEEP_TREND_CSV, sweeps::trendCsv);
    add(config, Route.SWEEP_REPORT, sweeps::report);
    add(config, Route.STOP_SWEEP, sweeps::stop);
    add(config, Route.POLICIES, policies::list);
    add(config, Route.POLICIES_CSV, policies::csv);
    add(config, Route.CHECK_POLICY, policies::check);
    add(config, Route.PUBLISH_POLICY, policies::publish);
    add(config, Route.POLICY, policies::one);
    add(config, Route.WIDEN_POLICY, policies::widen);
    add(config, Route.ROLL_BACK_POLICY, policies::rollBack);
    add(config, Route.ACTS, doings::list);
    add(config, Route.ACTS_CSV, doings::csv);
    config.routes.exception(
        HttpResponseException.class,
        (e, request) -> message(request, e.getStatus() == 404 ? 404 : 400));
    config.routes.exception(
        NotRecorded.class,
        (e, request) -> {
          LOG.error("not_recorded method={} path={}", request.method(), request.path(), e);
          message(request, 503);
        });
    config.routes.exception(
        Exception.class,
        (e, request) -> {
          LOG.error("failed method={} path={}", request.method(), request.path(), e);
          message(request, 500);
        });
  }

  /** For pages that have a class of their own. */
  private final class Around implements Frame {
    @Override
    public Reader reader(Context request) {
      return visitors.reader(request);
    }

    @Override
    public Shell shell(Reader reader, String title, Users.Session session, Context request) {
      return Console.shell(reader, title, session, request);
    }

    @Override
    public void look(Context request, Users.Session session, String about) throws NotRecorded {
      Console.this.look(request, session, about);
    }

    @Override
    public void note(
        Context request, Users.Session session, HqAct.Deed deed, String about, String detail)
        throws NotRecorded {
      Console.this.note(request, session, deed, about, detail);
    }

    @Override
    public void render(Context request, String page, Map<String, Object> model) {
      Console.this.render(request, page, model);
    }

    @Override
    public void message(Context request, int status, String key) {
      Console.this.message(request, status, key);
    }

    @Override
    public String param(Context request, String name) {
      return Console.param(request, name);
    }

    @Override
    public String form(Context request, String name) {
      return Console.form(request, name);
    }
  }

  @FunctionalInterface
  private interface Page {
    void show(Context request, Users.Session session) throws IOException;
  }

  /** Without signing in; {@link Route#isOpen} says that this is meant. */
  private static void add(JavalinConfig config, Route route, Handler handler) {
    if (!route.isOpen()) {
      throw new IllegalArgumentException(route + " is not for anybody");
    }
    config.routes.addHttpHandler(route.method(), route.path(), handler);
  }

  private void add(JavalinConfig config, Route route, Page page) {
    config.routes.addHttpHandler(
        route.method(), route.path(), request -> withSession(request, route, page));
  }

  /** Nobody sees a page without signing on, nor one that is not for them. */
  private void withSession(Context request, Route route, Page page) throws IOException {
    Optional<Users.Session> session = sessions.of(request);
    if (session.isEmpty()) {
      if (Sessions.isByItself(request)) {
        request.status(401).header("HX-Redirect", "/login");
      } else {
        request.redirect(SignIn.address(request), HttpStatus.SEE_OTHER);
      }
    } else if (!route.isFor(session.get().role())) {
      message(request, 403, "message.right");
    } else if (route.isForm()
        && !(Headers.isFromHere(request) && Sessions.isOurs(request, session.get()))) {
      message(request, 403);
    } else {
      page.show(request, session.get());
    }
  }

  /** Before it is done; where it cannot be written, it is not done. */
  private void note(
      Context request, Users.Session session, HqAct.Deed deed, String about, String detail)
      throws NotRecorded {
    acts.write(deed, session.user(), request.ip(), about, detail);
  }

  /** A page that asks for its parts anew by itself is one look. */
  private void look(Context request, Users.Session session, String about) throws NotRecorded {
    if (looks.isNew(session.csrf() + " " + about, clock.instant(), Sessions.isByItself(request))) {
      note(request, session, HqAct.Deed.LOOK, about, "");
    }
  }

  // -- signing on ------------------------------------------------------------------------------

  private void login(Context request) {
    if (sessions.of(request).isPresent()) {
      request.redirect(
          SignIn.page(param(request, SignIn.TO, SignIn.LONGEST)), HttpStatus.SEE_OTHER);
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
            new Shell(reader, reader.say("login.title"), "", "", "", "/login", false, false),
            "problem",
            problem.isEmpty() ? "" : reader.say(problem),
            "provider",
            provider.map(Provider::name).orElse(""),
            "to",
            SignIn.page(
                form(request, SignIn.TO).isEmpty()
                    ? param(request, SignIn.TO, SignIn.LONGEST)
                    : form(request, SignIn.TO)),
            "leaving",
            param(request, "out").equals("1")
                ? provider.flatMap(Provider::leaving).map(URI::toString).orElse("")
                : ""));
  }

  private void signOn(Context request) throws NotRecorded {
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
      acts.write(HqAct.Deed.SIGN_IN, name, request.ip(), "", "");
      sessions.begin(request, name);
      LOG.info("signed_on user={} from={}", name, request.ip());
      request.redirect(SignIn.page(form(request, SignIn.TO)), HttpStatus.SEE_OTHER);
    } else {
      // A password is sometimes typed where the name belongs: only names that are known are kept.
      String known = sessions.isKnown(name) ? name : "";
      acts.write(HqAct.Deed.SIGN_IN_REFUSED, known, request.ip(), "", "");
      LOG.warn("sign_on_refused from={}", request.ip());
      request.status(403);
      loginPage(request, "login.wrong");
    }
  }

  private void signOff(Context request, Users.Session session) throws NotRecorded {
    note(request, session, HqAct.Deed.SIGN_OUT, "", "");
    sessions.signOff(request);
    request.redirect(session.issuer().isEmpty() ? "/login" : "/login?out=1", HttpStatus.SEE_OTHER);
  }

  // -- pages -----------------------------------------------------------------------------------

  static Map<String, String> names(List<Fleet.Standing> all) {
    Map<String, String> names = new TreeMap<>();
    all.forEach(s -> names.put(s.row().workstation().log(), s.row().workstation().name()));
    return names;
  }

  private void workstation(Context request, Users.Session session) throws IOException {
    Optional<Fleet.Standing> found = fleet.find(request.pathParam("id"));
    if (found.isEmpty()) {
      message(request, 404);
      return;
    }
    Reader reader = visitors.reader(request);
    String log = found.get().row().workstation().log();
    look(request, session, log);
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
            commands.of(found.get().row().workstation()),
            "mayOrder",
            Route.ASK_ERASE.isFor(session.role()) && Route.REMOVAL_CODE.isFor(session.role()),
            "day",
            day(request, log, reader),
            "mayPull",
            Route.ASK_PULL.isFor(session.role()),
            "policyMeant",
            ruling.meantFor(found.get().row().workstation()),
            "policyRuns",
            ruling.runningOn(found.get().row().workstation()),
            "page",
            recordsPage(request, session, log)));
  }

  /** The day that the address names, or else the last that has a record. */
  private DayDrawing.Day day(Context request, String log, Reader reader) throws IOException {
    LocalDate date =
        reader
            .date(param(request, "day"))
            .orElse(
                records.newest(log, Long.MAX_VALUE, "", 1).stream()
                    .map(held -> reader.date(Instant.ofEpochMilli(held.row().wall())))
                    .findFirst()
                    .orElse(reader.today()));
    return DayDrawing.of(records, log, date, reader);
  }

  private void recordsTable(Context request, Users.Session session) throws IOException {
    String log = request.pathParam("id");
    if (fleet.find(log).isEmpty()) {
      message(request, 404);
      return;
    }
    look(request, session, log);
    render(
        request,
        "records.jte",
        Map.of("reader", visitors.reader(request), "page", recordsPage(request, session, log)));
  }

  private static Wanted recordsWanted(Context request, String log) {
    return Wanted.of(
        "/workstations/" + log, "records", key -> param(request, key), List.of("kind", "day"));
  }

  private RecordsPage recordsPage(Context request, Users.Session session, String log)
      throws IOException {
    String kind = param(request, "kind");
    Wanted wanted =
        recordsWanted(request, log)
            .in("/workstations/" + log + "/records.csv", Route.RECORDS_CSV.isFor(session.role()));
    long before = wanted.sort().isEmpty() ? number(param(request, "before")) : Long.MAX_VALUE;
    RecordTables.Part part =
        RecordTables.part(
            RecordTables.ofALog(),
            visitors.reader(request),
            wanted,
            limit -> records.newest(log, before, kind, limit));
    boolean newest = wanted.sort().isEmpty() && before == Long.MAX_VALUE;
    return new RecordsPage(
        log,
        part.table(),
        records.types(log),
        kind,
        newest ? "/workstations/" + log + "/records?" + part.table().again() : "",
        part.last().map(last -> wanted.sortedBy("", "before=" + last.seq())).orElse(""));
  }

  private void recordsCsv(Context request, Users.Session session) throws IOException {
    String log = request.pathParam("id");
    if (fleet.find(log).isEmpty()) {
      message(request, 404);
      return;
    }
    String kind = param(request, "kind");
    Reader reader = visitors.reader(request);
    List<RecordView> found =
        RecordTables.views(
            records.newest(log, Long.MAX_VALUE, kind, RecordTables.IN_A_FILE + 1), reader);
    RecordTables.ofALog()
        .answer(
            frame,
            request,
            session,
            recordsWanted(request, log),
            found,
            RecordTables.IN_A_FILE,
            kind);
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
    look(request, session, log + "/" + seq);
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
            "mayBlock",
            Route.BLOCK.isFor(session.role()) && NamedProgram.of(held.get()).isPresent(),
            "proof",
            Proof.of(segment.get().note(), mirror)));
  }

  // -- finding -----------------------------------------------------------------------------------

  private static Map<String, String> asked(Context request) {
    return SearchPage.asked(key -> param(request, key, SearchPage.longest(key, LONGEST_SEARCH)));
  }

  private static Wanted searchWanted(Context request, Map<String, String> asked) {
    return Wanted.of(
        "/search",
        key -> Optional.ofNullable(asked.get(key)).orElseGet(() -> param(request, key)),
        SearchPage.FIELDS);
  }

  private void search(Context request, Users.Session session) throws IOException {
    Reader reader = visitors.reader(request);
    Map<String, String> asked = asked(request);
    Wanted wanted =
        searchWanted(request, asked).in("/search.csv", Route.SEARCH_CSV.isFor(session.role()));
    List<Fleet.Standing> all = fleet.all();
    RecordTables.Source source = limit -> List.of();
    if (!SearchPage.isEmpty(asked)) {
      note(request, session, HqAct.Deed.SEARCH, "", SearchPage.said(asked));
      Search search = SearchPage.search(asked, reader, clock.instant());
      Search.Cursor after =
          wanted.sort().isEmpty()
              ? SearchPage.cursor(param(request, "before"))
              : Search.Cursor.START;
      source = limit -> records.search(search, after, limit);
    }
    RecordTables.Part part =
        RecordTables.part(RecordTables.found(names(all)), reader, wanted, source);
    render(
        request,
        "search.jte",
        Map.of(
            "shell",
            shell(reader, reader.say("search.title"), session, request),
            "page",
            new SearchPage(
                asked,
                part.table(),
                records.types(),
                SearchPage.isLimited(asked, reader),
                part.last()
                    .map(last -> wanted.sortedBy("", "before=" + SearchPage.place(last)))
                    .orElse("")),
            "names",
            names(all),
            "outlets",
            all.stream().map(s -> s.row().workstation().outlet()).distinct().sorted().toList()));
  }

  private void searchCsv(Context request, Users.Session session) throws IOException {
    Reader reader = visitors.reader(request);
    Map<String, String> asked = asked(request);
    List<RecordView> found = List.of();
    if (!SearchPage.isEmpty(asked)) {
      Search search = SearchPage.search(asked, reader, clock.instant());
      found =
          RecordTables.views(
              records.search(search, Search.Cursor.START, RecordTables.IN_A_FILE + 1), reader);
    }
    RecordTables.found(names(fleet.all()))
        .answer(
            frame,
            request,
            session,
            searchWanted(request, asked),
            found,
            RecordTables.IN_A_FILE,
            SearchPage.said(asked));
  }

  /**
   * The number comes in a form, since addresses are kept by browsers and proxies; the page that
   * shows what was found is told its tags.
   */
  private void findWaybill(Context request, Users.Session session) throws NotRecorded {
    Reader reader = visitors.reader(request);
    String from = form(request, "from");
    String to = form(request, "to");
    Optional<WaybillTags.Asked> asked =
        waybills.ask(
            form(request, "number"),
            reader.day(from).orElse(Instant.EPOCH),
            reader.dayAfter(to).orElse(Instant.ofEpochMilli(Long.MAX_VALUE)));
    note(
        request,
        session,
        HqAct.Deed.SEARCH,
        "",
        "waybill=" + asked.map(WaybillTags.Asked::masked).orElse(""));
    request.redirect(
        "/search?waybill="
            + Wanted.encoded(SearchPage.waybill(asked))
            + "&from="
            + Wanted.encoded(from)
            + "&to="
            + Wanted.encoded(to),
        HttpStatus.SEE_OTHER);
  }

  // -- what HQ's people did --------------------------------------------------------------------

  private void message(Context request, int status) {
    message(request, status, "message." + status);
  }

  private void message(Context request, int status, String key) {
    Reader reader = visitors.reader(request);
    Users.Session nobody = new Users.Session("", Users.Role.VIEWER, "", "", "");
    Users.Session session = sessions.of(request).orElse(nobody);
    request.status(status);
    render(
        request,
        "message.jte",
        Map.of(
            "shell",
            shell(reader, reader.say(key), session, request),
            "text",
            reader.say(key + ".text")));
  }

  private static Shell shell(Reader reader, String title, Users.Session session, Context request) {
    boolean admin = !session.user().isEmpty() && Route.ACTS.isFor(session.role());
    boolean investigator = !session.user().isEmpty() && Route.PULLS.isFor(session.role());
    return new Shell(
        reader,
        title,
        session.user(),
        session.shown(),
        session.csrf(),
        request.path(),
        investigator,
        admin);
  }

  private void render(Context request, String page, Map<String, Object> model) {
    StringOutput out = new StringOutput();
    pages.render(page, model, out);
    request.html(out.toString());
  }

  private static String form(Context request, String name) {
    return Optional.ofNullable(request.formParam(name)).orElse("");
  }

  private static String param(Context request, String name) {
    return param(request, name, LONGEST_SEARCH);
  }

  private static String param(Context request, String name, int longest) {
    String value = Optional.ofNullable(request.queryParam(name)).orElse("");
    return value.length() <= longest ? value : value.substring(0, longest);
  }

  /** A place in a log; everything that is none stands for "the end". */
  private static long number(String text) {
    return text.matches("[0-9]{1,16}") ? Long.parseLong(text) : Long.MAX_VALUE;
  }
}
