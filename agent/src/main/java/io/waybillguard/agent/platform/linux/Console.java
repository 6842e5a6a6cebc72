package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is logged in at the console: the seat {@code seat0} of systemd-logind, from its files under
 * {@code /run/systemd} ({@code session_save} of {@code logind-session.c}), or the records of
 * utmp(5) where logind does not run. Sessions without a seat (ssh, xrdp, VNC) are not at the
 * console.
 *
 * @param user the account; "" when none is
 * @param session its id with logind; "" when not known
 * @param behindLogin whether the seat shows a login window although an account is logged in: so
 *     does a locked desk with light-locker, and "switch user"
 * @param unseen why it cannot be told; "" when it can
 */
record Console(String user, String session, boolean behindLogin, String unseen) {
  private static final Logger LOG = LoggerFactory.getLogger(Console.class);
  private static final String SEAT = "seat0";

  /**
   * @param root where /run and /proc are; another folder in tests
   */
  static Console look(Path root, Utmp.Layout layout) {
    Path sessions = root.resolve("run/systemd/sessions");
    Path utmp = root.resolve("run/utmp");
    try {
      if (Files.isDirectory(sessions)) {
        return bySeat(sessions);
      }
      if (Files.isReadable(utmp)) {
        return byRecords(Files.readAllBytes(utmp), root.resolve("proc"), layout);
      }
      return new Console(
          "",
          "",
          false,
          "cannot see who is logged in: neither " + sessions + " nor " + utmp + " can be read");
    } catch (IOException e) {
      return new Console("", "", false, "cannot see who is logged in: " + e.getMessage());
    }
  }

  private static Console bySeat(Path sessions) throws IOException {
    Console behind = new Console("", "", false, "");
    boolean isLoginShown = false;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(sessions)) {
      for (Path file : all) {
        // Beside each session lies a pipe, N.ref, that must not be opened.
        Map<String, String> session = Files.isRegularFile(file) ? values(file) : Map.of();
        if (!session.getOrDefault("SEAT", "").equals(SEAT)
            || session.getOrDefault("REMOTE", "0").equals("1")
            || session.getOrDefault("STATE", "").equals("closing")) {
          continue;
        }
        String kind = session.getOrDefault("CLASS", "user");
        boolean isActive = session.getOrDefault("ACTIVE", "0").equals("1");
        if (kind.equals("user")) {
          Console one =
              new Console(
                  session.getOrDefault("USER", ""), file.getFileName().toString(), false, "");
          if (isActive) {
            return one;
          }
          behind = one;
        } else if (kind.equals("greeter")) {
          isLoginShown |= isActive;
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return new Console(
        behind.user(), behind.session(), isLoginShown && !behind.user().isEmpty(), "");
  }

  private static Console byRecords(byte[] utmp, Path proc, Utmp.Layout layout) throws IOException {
    return Utmp.parse(utmp, layout).stream()
        .filter(login -> login.id().matches("(tty[0-9]+|:[0-9]+)@.*"))
        // A record of a session that was cut off stays; its process does not.
        .filter(login -> Files.exists(proc.resolve(Long.toString(login.pid()))))
        .findFirst()
        .map(login -> new Console(login.account(), "", false, ""))
        .orElseGet(() -> new Console("", "", false, ""));
  }

  /** A session may end between listing and reading. */
  private static Map<String, String> values(Path file) {
    Map<String, String> values = new HashMap<>();
    try {
      for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
        int equals = line.indexOf('=');
        if (equals > 0 && !line.startsWith("#")) {
          values.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    } catch (IOException e) {
      LOG.trace("{} has ended: {}", file, e.toString());
    }
    return values;
  }
}
