package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that run while a screen is locked and at no other time, as their own documentation and
 * sources say. Daemons that wait for the moment to lock (xscreensaver, light-locker, {@code
 * dde-lock -d}, ukui-screensaver-backend) say nothing and are not among them.
 */
final class Lockers {
  /** So many times in a row that no process was started is taken for that none became another. */
  private static final int UNCHANGED_AT_MOST = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Lockers.class);

  private static final Set<String> WHILE_LOCKED =
      Set.of(
          "kscreenlocker_greet",
          "ukui-screensaver-dialog",
          "gnome-screensaver-dialog",
          "mate-screensaver-dialog",
          "xfce4-screensaver-dialog",
          "xscreensaver-auth",
          "i3lock",
          "swaylock",
          "slock",
          "xlock",
          "xtrlock",
          "xsecurelock",
          "physlock",
          "vlock");

  private final Path proc;
  private final NewestProcess newest;
  private int unchanged;
  private boolean isKnown;
  private Optional<String> before = Optional.empty();

  Lockers(Path proc) {
    this.proc = proc;
    this.newest = new NewestProcess(proc);
  }

  /**
   * The one that runs, if one does. While none does, processes are looked at only when one was
   * started, and every fifth time.
   *
   * @throws IOException if processes cannot be listed
   */
  Optional<String> running() throws IOException {
    boolean isSettled = !newest.isAnother();
    if (isKnown && isSettled && before.isEmpty() && unchanged < UNCHANGED_AT_MOST) {
      unchanged++;
      return before;
    }
    unchanged = 0;
    isKnown = false;
    before = look(proc);
    isKnown = true;
    return before;
  }

  private static Optional<String> look(Path proc) throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(proc, p -> p.getFileName().toString().matches("[0-9]+"))) {
      for (Path process : all) {
        String name = name(process);
        if (WHILE_LOCKED.contains(name)) {
          return Optional.of(name);
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return Optional.empty();
  }

  /** From its first argument: the kernel's own name for it ends after 15 bytes. */
  private static String name(Path process) {
    try {
      String line =
          new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
      int end = line.indexOf('\0');
      String first = end < 0 ? line : line.substring(0, end);
      return first.substring(first.lastIndexOf('/') + 1);
    } catch (IOException e) {
      LOG.trace("{} has ended: {}", process, e.toString());
      return "";
    }
  }
}
