package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.Desktop;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Graphic sessions as systemd-logind writes them down under {@code /run/systemd/sessions} ({@code
 * session_save} in its logind-session.c): one with a seat has its screen at this PC, while those of
 * SSH, xrdp and VNC servers have none. What a program needs to show something is in the environment
 * of those that run there already; the session's leader itself, a login manager, often has not got
 * it.
 *
 * <p>Java shows windows by X11 only. Desktops on Wayland give X11 programs a display of their own
 * (Xwayland), and its name stands in the environment too.
 */
public final class LinuxDesktop implements Desktop {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxDesktop.class);

  /** What is handed on of an environment; nothing that changes what a program loads. */
  private static final List<String> HANDED_ON =
      List.of(
          "DISPLAY",
          "XAUTHORITY",
          "WAYLAND_DISPLAY",
          "XDG_RUNTIME_DIR",
          "DBUS_SESSION_BUS_ADDRESS",
          "HOME",
          "LANG",
          "LC_ALL",
          "LC_MESSAGES");

  /** setpriv of util-linux; by its whole path, since the environment is a person's. */
  private static final List<Path> SETPRIV =
      List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

  private final Path root;

  public LinuxDesktop() {
    this(Path.of("/"));
  }

  /**
   * @param root where /proc and /run are; another folder in tests
   */
  LinuxDesktop(Path root) {
    this.root = root;
  }

  @Override
  public List<Seat> seats() throws IOException {
    Path sessions = root.resolve("run/systemd/sessions");
    if (!Files.isDirectory(sessions)) {
      throw new IOException(
          "systemd-logind tells no sessions here (no " + sessions + "); it must run for notices");
    }
    List<Seat> seats = new ArrayList<>();
    String elsewhere = "";
    try (DirectoryStream<Path> files = Files.newDirectoryStream(sessions)) {
      for (Path file : files) {
        Optional<Map<String, String>> session = graphic(file);
        if (session.isEmpty()) {
          continue;
        }
        if (session.get().getOrDefault("SEAT", "").isEmpty()) {
          elsewhere = "; a graphic session of somebody elsewhere is not asked";
          continue;
        }
        seat(file.getFileName().toString(), session.get()).ifPresent(seats::add);
      }
    }
    if (seats.isEmpty()) {
      throw new IOException(
          "nobody is logged in at the screen of this PC"
              + elsewhere
              + "; the notice is shown when somebody is");
    }
    return seats;
  }

  /** An active session of a person, with a screen; empty for any other, and for a gone file. */
  private static Optional<Map<String, String>> graphic(Path file) throws IOException {
    if (file.getFileName().toString().endsWith(".ref")) {
      return Optional.empty(); // a pipe that tells logind of the session's end
    }
    Map<String, String> values = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        int equals = line.indexOf('=');
        if (equals > 0 && line.charAt(0) != '#') {
          values.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    String type = values.getOrDefault("TYPE", "");
    boolean isPersons = values.getOrDefault("CLASS", "").equals("user");
    boolean isActive = values.getOrDefault("ACTIVE", "0").equals("1");
    boolean isRemote = values.getOrDefault("REMOTE", "0").equals("1");
    return isPersons && isActive && !isRemote && (type.equals("x11") || type.equals("wayland"))
        ? Optional.of(values)
        : Optional.empty();
  }

  private Optional<Seat> seat(String id, Map<String, String> session) throws IOException {
    String uid = session.getOrDefault("UID", "");
    if (!uid.matches("[0-9]{1,10}")) {
      return Optional.empty();
    }
    Map<String, String> environment = environment(id, Long.parseLong(uid));
    String display = session.getOrDefault("DISPLAY", "");
    if (!display.isEmpty()) {
      environment.put("DISPLAY", display);
    }
    return Optional.of(
        new Seat(id, session.getOrDefault("USER", ""), Long.parseLong(uid), environment));
  }

  /** What programs of this session were started with; of another of the account, if of none. */
  private Map<String, String> environment(String session, long uid) throws IOException {
    Map<String, String> found = new HashMap<>();
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(root.resolve("proc"), "[0-9]*")) {
      for (Path process : processes) {
        Map<String, String> theirs = environment(process, uid);
        if (!theirs.containsKey("DISPLAY")) {
          continue;
        }
        boolean isOfSession = session.equals(theirs.get("XDG_SESSION_ID"));
        if (isOfSession || found.isEmpty()) {
          found = theirs;
        }
        if (isOfSession) {
          break;
        }
      }
    }
    found.keySet().retainAll(HANDED_ON);
    found.putIfAbsent("XDG_RUNTIME_DIR", "/run/user/" + uid);
    return found;
  }

  private static Map<String, String> environment(Path process, long uid) {
    Map<String, String> values = new HashMap<>();
    try {
      if (!(Files.getAttribute(process, "unix:uid") instanceof Integer owner) || owner != uid) {
        return values;
      }
      String all = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
      for (String each : all.split("\0")) {
        int equals = each.indexOf('=');
        if (equals > 0) {
          values.put(each.substring(0, equals), each.substring(equals + 1));
        }
      }
    } catch (IOException e) {
      // It ended, or belongs to somebody we may not look at: the next one may tell.
      LOG.debug("process {} does not tell its environment: {}", process, e.toString());
    }
    return values;
  }

  @Override
  public Process start(Seat seat, List<String> command) throws IOException {
    List<String> whole = new ArrayList<>();
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!self.equals((int) seat.uid())) {
      whole.addAll(dropping(seat));
    }
    whole.addAll(command);
    ProcessBuilder program = new ProcessBuilder(whole).directory(new File("/"));
    program.environment().clear();
    program.environment().putAll(seat.environment());
    program.environment().put("PATH", "/usr/bin:/bin");
    program.environment().put("USER", seat.user());
    program.redirectError(ProcessBuilder.Redirect.DISCARD);
    return program.start();
  }

  /** Gives up root for good before the program begins: setpriv(1). */
  private static List<String> dropping(Seat seat) throws IOException {
    Path setpriv =
        SETPRIV.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException(
                        "a program cannot be started for account "
                            + seat.user()
                            + ": there is no "
                            + SETPRIV.get(0)
                            + "; install util-linux"));
    return List.of(
        setpriv.toString(),
        "--reuid=" + seat.uid(),
        "--regid=" + group(seat.uid()),
        "--init-groups",
        "--no-new-privs",
        "--inh-caps=-all",
        "--bounding-set=-all",
        "--");
  }

  /** The account's own group: the fourth field of passwd(5). */
  private static String group(long uid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
      String[] fields = line.split(":", -1);
      if (fields.length > 3 && fields[2].equals(Long.toString(uid))) {
        return fields[3];
      }
    }
    throw new IOException("account number " + uid + " has no line in /etc/passwd");
  }
}
