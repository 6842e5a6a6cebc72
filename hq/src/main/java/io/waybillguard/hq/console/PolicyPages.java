package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.config.ProblemWords;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.policy.PolicyWords;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyRefused;
import io.waybillguard.hq.policies.PolicyStanding;
import io.waybillguard.hq.store.Users;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Policies: the versions with who goes by which, an editor that says in words what would change,
 * and the way forth and back. Who may publish may loosen every rule, so these are administrators.
 */
final class PolicyPages {
  private static final Sheet<PolicyStanding> SHEET =
      Sheet.<PolicyStanding>named("policies")
          .number("version", "policies.column.version", each -> each.row().version())
          .besides("policies.column.title", (each, reader) -> each.row().title())
          .text("for", "policies.column.for", PolicyPages::meantFor)
          .number("running", "policies.column.running", PolicyStanding::running)
          .number("meant", "policies.column.meant", PolicyStanding::meant)
          .number("behind", "policies.column.behind", each -> each.behind().size())
          .number("refused", "policies.column.refused", each -> each.refused().size())
          .time("published", "policies.column.published", each -> Optional.of(each.row().at()))
          .besides("acts.who", (each, reader) -> each.row().by());

  private final Frame frame;
  private final Policies policies;
  private final InstantSource clock;

  PolicyPages(Frame frame, Policies policies, InstantSource clock) {
    this.frame = frame;
    this.policies = policies;
    this.clock = clock;
  }

  void list(Context request, Users.Session session) throws IOException {
    frame.look(request, session, "/policies");
    Reader reader = frame.reader(request);
    List<PolicyStanding> all = policies.all();
    String newest = all.isEmpty() ? "" : all.get(0).row().source();
    show(
        request,
        session,
        PolicyForm.fresh(newest.isEmpty() ? reader.say("policies.example") : newest));
  }

  private void show(Context request, Users.Session session, PolicyForm form) throws IOException {
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "policies.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("policies.title"), session, request),
            "versions",
            SHEET.list(
                reader,
                wanted(request).in("/policies.csv", Route.POLICIES_CSV.isFor(session.role())),
                policies.all(),
                Sheet.MOST),
            "mayPublish",
            Route.PUBLISH_POLICY.isFor(session.role()),
            "form",
            form));
  }

  private static String meantFor(PolicyStanding each, Reader reader) {
    List<String> outlets = each.row().outlets();
    return (outlets.isEmpty()
            ? reader.say("policies.all")
            : String.join(reader.say("comma"), outlets))
        + " · "
        + each.row().percent()
        + "%";
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/policies", key -> frame.param(request, key), List.of());
  }

  void csv(Context request, Users.Session session) throws IOException {
    SHEET.answer(frame, request, session, wanted(request), policies.all(), "");
  }

  /** Says what the policy in the form would mean and change; nothing is done. */
  void check(Context request, Users.Session session) throws IOException {
    Optional<Typed> typed = read(request, session);
    if (typed.isPresent()) {
      show(request, session, checked(request, typed.get(), List.of()));
    }
  }

  void publish(Context request, Users.Session session) throws IOException {
    Optional<Typed> typed = read(request, session);
    if (typed.isEmpty()) {
      return;
    }
    try {
      Policies.Draft draft =
          policies.draft(
              typed.get().file(),
              typed.get().text(),
              scope(request),
              session.user(),
              clock.instant());
      frame.note(request, session, HqAct.Deed.COMMAND, draft.command().id(), draft.said());
      policies.publish(draft);
      request.redirect("/policies/" + draft.row().version(), HttpStatus.SEE_OTHER);
    } catch (PolicyRefused e) {
      request.status(e.reason() == PolicyRefused.Reason.RACED ? 409 : 400);
      String why = frame.reader(request).say("policies.refused." + e.reason().word());
      show(request, session, checked(request, typed.get(), List.of(why)));
    }
  }

  /** A policy that was typed and is understood. */
  private record Typed(PolicyFile file, String text) {}

  /** The policy in the form; where it is not understood, the answer says so. */
  private Optional<Typed> read(Context request, Users.Session session) throws IOException {
    Reader reader = frame.reader(request);
    String text = frame.form(request, "policy").replace("\r\n", "\n");
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return Optional.of(new Typed(PolicyFile.parse(bytes, reader.say("policies.form")), text));
    } catch (ConfigException e) {
      ProblemWords words = new ProblemWords(reader.locale());
      request.status(400);
      show(
          request,
          session,
          new PolicyForm(
              text,
              frame.form(request, "outlet"),
              frame.form(request, "percent"),
              e.problems().stream().map(words::of).toList(),
              false,
              0,
              List.of(),
              List.of(),
              List.of()));
      return Optional.empty();
    }
  }

  private PolicyForm checked(Context request, Typed typed, List<String> problems) {
    PolicyWords words = new PolicyWords(frame.reader(request).locale());
    long before = policies.newestVersion();
    return new PolicyForm(
        typed.text(),
        frame.form(request, "outlet"),
        frame.form(request, "percent"),
        problems,
        true,
        before,
        words.changes(file(before), typed.file()),
        words.remarks(typed.file()),
        words.meaning(typed.file()));
  }

  private PolicyFile file(long version) {
    try {
      return policies.file(version);
    } catch (PolicyRefused e) {
      throw new IllegalStateException("version " + version + " was there just now", e);
    }
  }

  private Policies.Scope scope(Context request) {
    List<String> outlets =
        Arrays.stream(frame.form(request, "outlet").split("[,，、\\s]+", -1))
            .filter(each -> !each.isEmpty())
            .distinct()
            .toList();
    return new Policies.Scope(outlets, percent(request));
  }

  /** 0 where none is typed, which no scope takes. */
  private int percent(Context request) {
    String typed = frame.form(request, "percent").strip();
    return typed.matches("[0-9]{1,3}") ? Integer.parseInt(typed) : 0;
  }

  private static long version(Context request) {
    String named = request.pathParam("version");
    return named.matches("[0-9]{1,15}") ? Long.parseLong(named) : -1;
  }

  void one(Context request, Users.Session session) throws IOException {
    Optional<PolicyStanding> found = policies.find(version(request));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    long version = found.get().row().version();
    frame.look(request, session, "/policies/" + version);
    Reader reader = frame.reader(request);
    PolicyWords words = new PolicyWords(reader.locale());
    long newest = policies.newestVersion();
    String title = reader.say("policies.version", String.valueOf(version));
    frame.render(
        request,
        "policy.jte",
        Map.of(
            "shell",
            frame.shell(reader, title, session, request),
            "standing",
            found.get(),
            "newest",
            newest,
            "means",
            words.meaning(file(version)),
            "changes",
            words.changes(file(version - 1), file(version)),
            "back",
            words.changes(file(newest), file(version)),
            "mayPublish",
            Route.PUBLISH_POLICY.isFor(session.role())));
  }

  void widen(Context request, Users.Session session) throws IOException {
    long version = version(request);
    try {
      Policies.Draft draft =
          policies.widening(version, percent(request), session.user(), clock.instant());
      frame.note(request, session, HqAct.Deed.COMMAND, draft.command().id(), draft.said());
      policies.widen(draft);
      request.redirect("/policies/" + version, HttpStatus.SEE_OTHER);
    } catch (PolicyRefused e) {
      refused(request, e);
    }
  }

  /** Only with the box ticked: a way back changes many desks with one press. */
  void rollBack(Context request, Users.Session session) throws IOException {
    long version = version(request);
    if (!frame.form(request, "sure").equals("yes")) {
      frame.message(request, 400, "policies.unsure");
      return;
    }
    try {
      Policies.Draft draft = policies.rollback(version, session.user(), clock.instant());
      String said = draft.said() + " · again " + version;
      frame.note(request, session, HqAct.Deed.COMMAND, draft.command().id(), said);
      policies.publish(draft);
      request.redirect("/policies/" + draft.row().version(), HttpStatus.SEE_OTHER);
    } catch (PolicyRefused e) {
      refused(request, e);
    }
  }

  private void refused(Context request, PolicyRefused e) {
    int status =
        switch (e.reason()) {
          case UNKNOWN -> 404;
          case RACED -> 409;
          default -> 400;
        };
    frame.message(request, status, "policies.refused." + e.reason().word());
  }
}
