package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.Users;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * People who may use the console, for administrators. A password is made by HQ and shown once, to
 * be handed over; nobody types another person's.
 */
final class UserPages {
  private static final Sheet<Users.User> SHEET =
      Sheet.<Users.User>named("users")
          .text("name", "login.name", (user, reader) -> user.name())
          .text("shown", "users.shown", (user, reader) -> user.shown())
          .rank(
              "role",
              "users.role",
              (user, reader) -> reader.say("role." + user.role().word()),
              Users.User::role)
          .time("made", "users.made", user -> Optional.of(user.made()))
          .text("state", "column.state", UserPages::state);

  private final Frame frame;
  private final Users users;
  private final Passwords passwords;
  private final InstantSource clock;

  UserPages(Frame frame, Users users, Passwords passwords, InstantSource clock) {
    this.frame = frame;
    this.users = users;
    this.passwords = passwords;
    this.clock = clock;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/users");
    show(request, session, "", "");
  }

  private void show(Context request, Users.Session session, String name, String password) {
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "users.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("users.title"), session, request),
            "users",
            SHEET.list(
                reader,
                wanted(request).in("/users.csv", Route.USERS_CSV.isFor(session.role())),
                users.all(),
                Sheet.MOST),
            "name",
            name,
            "password",
            password));
  }

  private static String state(Users.User user, Reader reader) {
    return user.disabled()
        .map(since -> reader.say("users.disabled", reader.time(since)))
        .orElse(reader.say("users.active"));
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/users", key -> frame.param(request, key), List.of());
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    SHEET.answer(frame, request, session, wanted(request), users.all(), "");
  }

  void add(Context request, Users.Session session) throws NotRecorded {
    String name = frame.form(request, "name");
    Optional<Users.Role> role = Users.Role.of(frame.form(request, "role"));
    if (!name.matches("[\\p{L}\\p{N}._@-]{1,64}") || role.isEmpty()) {
      frame.message(request, 400, "users.bad");
    } else if (users.all().stream().anyMatch(each -> each.name().equals(name))) {
      frame.message(request, 409, "users.there");
    } else {
      frame.note(request, session, HqAct.Deed.USER_ADD, name, role.get().word());
      String password = passwords.fresh();
      users.put(name, role.get(), passwords.hash(password), clock.instant());
      show(request, session, name, password);
    }
  }

  void change(Context request, Users.Session session) throws NotRecorded {
    // A provider's people have slashes in their names, which no path takes.
    String name =
        request.pathParam("name").equals("-") && !frame.form(request, "person").isEmpty()
            ? frame.form(request, "person")
            : request.pathParam("name");
    Optional<Users.Role> role = Users.Role.of(frame.form(request, "role"));
    switch (frame.form(request, "deed")) {
      case "role" -> {
        if (role.isEmpty()) {
          frame.message(request, 400, "users.bad");
          return;
        }
        frame.note(request, session, HqAct.Deed.USER_ROLE, name, role.get().word());
        done(request, users.setRole(name, role.get()));
      }
      case "disable" -> {
        frame.note(request, session, HqAct.Deed.USER_DISABLE, name, "");
        done(request, users.disable(name, clock.instant()));
      }
      case "enable" -> {
        frame.note(request, session, HqAct.Deed.USER_ADD, name, "");
        done(request, users.enable(name));
      }
      case "password" -> {
        frame.note(request, session, HqAct.Deed.USER_PASSWORD, name, "");
        String password = passwords.fresh();
        if (users.setPassword(name, passwords.hash(password)) == Users.Change.DONE) {
          show(request, session, name, password);
        } else {
          frame.message(request, 404, "message.404");
        }
      }
      default -> frame.message(request, 400, "message.400");
    }
  }

  private void done(Context request, Users.Change change) {
    switch (change) {
      case DONE -> request.redirect("/users", HttpStatus.SEE_OTHER);
      case NOBODY -> frame.message(request, 404, "message.404");
      case LAST_ADMIN -> frame.message(request, 409, "users.last_admin");
    }
  }
}
