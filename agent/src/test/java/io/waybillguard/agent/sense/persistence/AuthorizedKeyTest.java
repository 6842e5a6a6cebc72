package io.waybillguard.agent.sense.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AuthorizedKeyTest {
  // Made by OpenSSH's ssh-keygen -t ed25519 for this test; the fingerprint is what -l printed.
  private static final String KEY =
      "AAAAC3NzaC1lZDI1NTE5AAAAIG5raGhr2YivWvt3c/TOaLDja6v2jUjrnp5IJn2jFhp4";
  private static final String FINGERPRINT = "SHA256:ST69zdCRPPaw2/SsncVlM0tf7e1GJfazqpNYgWvH0RA";

  @Test
  void aKeyIsNamedAsSshKeygenNamesIt() {
    assertEquals(key("desk one"), AuthorizedKey.parse("ssh-ed25519 " + KEY + " desk one"));
  }

  @Test
  void optionsBeforeTheKeyAreSteppedOver() {
    for (String options :
        List.of(
            "no-pty",
            "command=\"/bin/sh -c 'x y'\",no-pty",
            "command=\"echo \\\"ssh-rsa AAAA\\\"\"",
            "from=\"10.0.0.0/8\"")) {
      assertEquals(
          key("desk one"),
          AuthorizedKey.parse(options + " ssh-ed25519 " + KEY + " desk one"),
          options);
    }
  }

  @Test
  void aKeyNeedsNoComment() {
    assertEquals(key(""), AuthorizedKey.parse("\tssh-ed25519  " + KEY + " "));
  }

  @Test
  void whatIsNoKeyIsPassedOver() {
    for (String line :
        List.of("", "   ", "# ssh-ed25519 " + KEY, "ssh-ed25519", "hello", "ssh-ed25519 A")) {
      assertEquals(Optional.empty(), AuthorizedKey.parse(line), line);
    }
  }

  @Test
  void theKeyItselfIsNotKept() {
    String kept = AuthorizedKey.parse("ssh-ed25519 " + KEY + " desk one").toString();
    assertFalse(kept.contains(KEY), kept);
  }

  @Test
  void aHostileLineCostsNoMoreThanItsLength() {
    String quotes = "\"\\\"".repeat(2_000);
    assertEquals(
        Optional.empty(),
        assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> AuthorizedKey.parse(quotes + " " + quotes)));
  }

  private static Optional<AuthorizedKey> key(String comment) {
    return Optional.of(new AuthorizedKey("ssh-ed25519", FINGERPRINT, comment));
  }
}
