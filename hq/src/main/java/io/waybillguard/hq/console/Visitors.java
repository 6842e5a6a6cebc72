package io.waybillguard.hq.console;

import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** In which language and time zone a visitor reads. Safe for use by several threads. */
final class Visitors {
  private static final String LANGUAGE = "lang";
  private static final String ZONE = "tz";

  private final InstantSource clock;

  Visitors(InstantSource clock) {
    this.clock = clock;
  }

  /** What {@code ?lang=} says counts and is kept; then what was kept; then the browser's wish. */
  Reader reader(Context request) {
    String asked = request.queryParam(LANGUAGE);
    boolean chosen = "zh".equals(asked) || "en".equals(asked);
    if (chosen) {
      request
          .res()
          .addHeader(
              "Set-Cookie",
              LANGUAGE
                  + "="
                  + asked
                  + "; Path=/; Max-Age="
                  + Duration.ofDays(365).toSeconds()
                  + "; Secure; HttpOnly; SameSite=Strict");
    }
    String kept = chosen ? asked : request.cookie(LANGUAGE);
    boolean chinese =
        kept == null ? wantsChinese(request.header("Accept-Language")) : !kept.equals("en");
    return new Reader(chinese, zone(request.cookie(ZONE)), clock.instant());
  }

  /** Chinese unless English is wished for before it. */
  private static boolean wantsChinese(@Nullable String header) {
    if (header == null) {
      return true;
    }
    for (String wish : header.toLowerCase(Locale.ROOT).split(",")) {
      if (wish.strip().startsWith("zh")) {
        return true;
      }
      if (wish.strip().startsWith("en")) {
        return false;
      }
    }
    return true;
  }

  /** The browser's own zone, which a script of ours tells; HQ's until it has. */
  private static ZoneId zone(@Nullable String told) {
    if (told == null || told.length() > 64) {
      return ZoneId.systemDefault();
    }
    try {
      return ZoneId.of(told.replace("%2F", "/"));
    } catch (DateTimeException e) {
      return ZoneId.systemDefault();
    }
  }
}
