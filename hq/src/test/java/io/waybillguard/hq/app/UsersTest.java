package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.store.Users;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Console users as commands beside the server make and change them. */
final class UsersTest {
  private static final Duration IDLE = Duration.ofMinutes(30);

  @TempDir private Path folder;
  private TestHq hq;
  private Users users;

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    users = new Users(hq.database());
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void whoIsDisabledIsOutAtOnceAndStaysListed() {
    assertEquals(0, user("a long password\n", "add", "li", "--role", "investigator").exit());
    signOn("li");
    assertTrue(isSignedOn("li"));
    assertEquals(0, user("", "disable", "li").exit());
    assertFalse(isSignedOn("li"));
    assertEquals(Optional.empty(), users.password("li"));
    assertEquals(Optional.empty(), users.role("li"));
    signOn("li");
    assertFalse(isSignedOn("li"), "a session that was being begun is no way in");
    String list = user("", "list").out();
    assertTrue(list.matches("(?s).*li +investigator +\\S+ +20\\S+\\n.*"), list);
    assertTrue(user("", "list", "--json").out().contains("\"disabled\":\"20"));
    assertEquals(0, user("a long password\n", "add", "li", "--role", "viewer").exit());
    assertEquals(Optional.of(Users.Role.VIEWER), users.role("li"));
  }

  @Test
  void anotherPasswordOrRoleEndsTheSessions() {
    assertEquals(0, user("a long password\n", "add", "li", "--role", "viewer").exit());
    String before = users.password("li").orElseThrow();
    signOn("li");
    assertEquals(2, user("short\n", "password", "li").exit());
    assertTrue(isSignedOn("li"));
    assertEquals(0, user("another password\n", "password", "li").exit());
    assertFalse(isSignedOn("li"));
    assertFalse(before.equals(users.password("li").orElseThrow()));
    signOn("li");
    assertEquals(0, user("", "role", "li", "admin").exit());
    assertFalse(isSignedOn("li"));
    assertEquals(Optional.of(Users.Role.ADMIN), users.role("li"));
    Called king = user("", "role", "li", "king");
    assertEquals(2, king.exit());
    assertTrue(king.err().contains("There is no role king"), king.err());
  }

  @Test
  void theLastAdministratorStays() {
    for (Called called :
        new Called[] {user("", "disable", "admin"), user("", "role", "admin", "viewer")}) {
      assertEquals(2, called.exit());
      assertTrue(called.err().contains("admin is the last administrator"), called.err());
    }
    assertEquals(Optional.of(Users.Role.ADMIN), users.role("admin"));
    assertEquals(0, user("a long password\n", "add", "wang", "--role", "admin").exit());
    assertEquals(0, user("", "disable", "admin").exit());
    assertEquals(2, user("", "disable", "wang").exit());
  }

  @Test
  void whoIsNotThereIsNamed() {
    for (String[] args :
        new String[][] {{"disable", "zhao"}, {"password", "zhao"}, {"role", "zhao", "viewer"}}) {
      Called called = user("a long password\n", args);
      assertEquals(2, called.exit());
      assertTrue(called.err().contains("There is no user zhao"), called.err());
    }
  }

  private void signOn(String name) {
    users.begin(
        "cookie of " + name,
        name,
        "csrf",
        hq.clock().instant(),
        hq.clock().instant().plus(Duration.ofHours(1)));
  }

  private boolean isSignedOn(String name) {
    boolean signedOn = users.session("cookie of " + name, hq.clock().instant(), IDLE).isPresent();
    if (!signedOn) {
      users.end("cookie of " + name);
    }
    return signedOn;
  }

  private Called user(String input, String... args) {
    String[] all = new String[args.length + 3];
    all[0] = "user";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--data";
    all[args.length + 2] = hq.data().toString();
    return Called.typing(input, hq.clock(), "en", all);
  }
}
