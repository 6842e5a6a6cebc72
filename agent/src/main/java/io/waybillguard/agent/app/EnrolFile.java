package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What this PC is to enrol with, told by an installer or laid there before one ran: lines {@code
 * WG_HQ=}, {@code WG_TOKEN=} and {@code WG_CA_SHA256=} of {@code config/enrol.env}, as on Linux. It
 * is there only until the token was used.
 *
 * @param caSha256 or ""
 */
record EnrolFile(String hq, String token, String caSha256) {
  /** Where it waits for the next attempt. */
  static Path place(Home home) {
    return home.config().resolve("enrol.env");
  }

  /** Reads it; empty when there is none. */
  static Optional<EnrolFile> read(Home home) throws IOException {
    Path file = place(home);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(of(Files.readString(file, StandardCharsets.UTF_8)));
  }

  /** What the lines of such a file say. */
  static EnrolFile of(String text) {
    return new EnrolFile(
        setting(text, "WG_HQ="), setting(text, "WG_TOKEN="), setting(text, "WG_CA_SHA256="));
  }

  private static String setting(String text, String key) {
    return text.lines()
        .filter(line -> line.startsWith(key))
        .reduce("", (earlier, later) -> later.substring(key.length()).strip());
  }

  /** Keeps it for the next attempt. */
  void keep(Home home) throws IOException {
    Files.createDirectories(home.config());
    SecretFile.write(
        place(home),
        ("WG_HQ=" + hq + "\nWG_TOKEN=" + token + "\nWG_CA_SHA256=" + caSha256 + "\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Takes the token off the disk. */
  static void destroy(Home home) throws IOException {
    if (Files.exists(place(home))) {
      SecretFile.destroy(place(home));
    }
  }
}
