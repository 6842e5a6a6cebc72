package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.RemoteSigns.Login;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A file of {@code /run/systemd/sessions}: lines {@code KEY=value}, written by systemd-logind
 * ({@code logind-session.c}, {@code session_save}). Private data of systemd by its own word, read
 * here since D-Bus would need a library; a key that is not there reads as empty.
 */
final class LogindSession {
  private LogindSession() {}

  /**
   * @param id the file's name
   * @return empty when it is no session of a person, or one that is closing
   */
  static Optional<Login> parse(String id, String file) {
    Map<String, String> values = new HashMap<>();
    for (String line : file.split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    if (!values.getOrDefault("CLASS", "user").equals("user")
        || values.getOrDefault("STATE", "").equals("closing")) {
      return Optional.empty();
    }
    long micros = number(values.getOrDefault("REALTIME", ""));
    return Optional.of(
        new Login(
            "logind",
            id + "@" + micros,
            values.getOrDefault("USER", ""),
            values.getOrDefault("REMOTE", "0").equals("1")
                ? values.getOrDefault("REMOTE_HOST", "")
                : "",
            values.getOrDefault("SERVICE", ""),
            number(values.getOrDefault("LEADER", "")),
            Instant.ofEpochMilli(micros / 1000)));
  }

  private static long number(String text) {
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }
}
