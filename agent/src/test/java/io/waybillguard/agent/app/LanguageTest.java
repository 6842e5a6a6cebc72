package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LanguageTest {
  @Test
  void theSystemsLanguageIsSpoken() {
    assertEquals(Language.EN, linux(Map.of("LANG", "en_US.UTF-8")));
    assertEquals(Language.ZH, linux(Map.of("LANG", "zh_CN.UTF-8")));
    assertEquals(Language.EN, windows(Locale.UK));
    assertEquals(Language.ZH, windows(Locale.SIMPLIFIED_CHINESE));
  }

  @Test
  void theStrongerVariableWins() {
    assertEquals(Language.EN, linux(Map.of("LC_ALL", "en_GB.UTF-8", "LANG", "zh_CN.UTF-8")));
    assertEquals(
        Language.ZH,
        linux(Map.of("LC_ALL", "", "LC_MESSAGES", "zh_CN.UTF-8", "LANG", "en_US.UTF-8")));
  }

  @Test
  void chineseIsSpokenWhereTheSystemDoesNotTell() {
    assertEquals(Language.ZH, linux(Map.of()));
    assertEquals(Language.ZH, linux(Map.of("LANG", "C")));
    assertEquals(Language.ZH, linux(Map.of("LANG", "C.UTF-8")));
    assertEquals(Language.ZH, linux(Map.of("LC_ALL", "POSIX")));
    assertEquals(Language.ZH, windows(Locale.ROOT));
  }

  @Test
  void aThirdLanguageReadsEnglish() {
    assertEquals(Language.EN, linux(Map.of("LANG", "de_DE.UTF-8")));
    assertEquals(Language.EN, windows(Locale.FRANCE));
  }

  private static Language linux(Map<String, String> environment) {
    // What Java makes of an unset locale: it must not count.
    return Language.ofSystem(environment, Locale.ENGLISH, false);
  }

  private static Language windows(Locale display) {
    return Language.ofSystem(Map.of(), display, true);
  }
}
