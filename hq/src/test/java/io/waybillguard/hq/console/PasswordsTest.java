package io.waybillguard.hq.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;

final class PasswordsTest {
  private final Passwords passwords = new Passwords();

  @Test
  void onlyTheRightPasswordMatches() {
    String hash = passwords.hash("一二三 pass");
    assertTrue(passwords.matches("一二三 pass", hash));
    assertFalse(passwords.matches("一二三 pass ", hash));
    assertFalse(passwords.matches("", hash));
    assertNotEquals(hash, passwords.hash("一二三 pass"), "each has a salt of its own");
  }

  /**
   * Made by the reference implementation, argon2 0~20171227 of Debian 12: {@code printf 面单卫士 |
   * argon2 saltsaltsaltsalt -id -t 2 -k 19456 -p 1 -l 32 -e}.
   */
  @Test
  void aHashOfTheReferenceImplementationMatches() {
    String reference =
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA"
            + "$Cn1blFOyIbBN7IdxVEg1YeMxKaeDbdcvrDM+pQpTfOA";
    assertTrue(passwords.matches("面单卫士", reference));
  }

  @Test
  void aHashSaysWhatCheckingItCostsAndNobodysIsCheckedLikeAnyOther() {
    Passwords cheap = new Passwords(new Passwords.Cost(8, 1, 1));
    assertTrue(passwords.matches("x", cheap.hash("x")));
    assertTrue(cheap.matches("x", passwords.hash("x")));
    String nobodys = passwords.nobodys();
    assertTrue(nobodys.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), nobodys);
    assertFalse(passwords.matches("", nobodys));
    assertNotEquals(nobodys, passwords.nobodys());
  }

  @Test
  void whatIsNoHashIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> passwords.matches("x", "x"));
    assertThrows(IllegalArgumentException.class, () -> passwords.matches("x", ""));
  }

  @Test
  void aFreshPasswordCanBeTyped() {
    String fresh = passwords.fresh();
    assertTrue(fresh.matches("([a-z2-9]{4}-){4}[a-z2-9]{4}"), fresh);
    assertNotEquals(fresh, passwords.fresh());
  }

  @Test
  void bothLanguagesOfTheConsoleHaveTheSameKeys() {
    ResourceBundle.Control thisOnly =
        ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);
    assertEquals(
        ResourceBundle.getBundle(
                "io.waybillguard.hq.console.words", Locale.SIMPLIFIED_CHINESE, thisOnly)
            .keySet(),
        ResourceBundle.getBundle("io.waybillguard.hq.console.words", Locale.ENGLISH, thisOnly)
            .keySet());
  }
}
