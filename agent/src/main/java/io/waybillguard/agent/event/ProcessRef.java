package io.waybillguard.agent.event;

import java.util.Locale;
import java.util.Set;

/**
 * A process, as far as it could be asked before it was gone.
 *
 * @param pid its process id; 0 when the system did not tell
 * @param executable the path of its program, or "" when it had ended before it could be asked
 * @param user the account it runs as (name, or number where no name is known), or ""
 */
public record ProcessRef(long pid, String executable, String user) {
  /** Nobody known. */
  public static final ProcessRef UNKNOWN = new ProcessRef(0, "", "");

  /** What starts the programs of a pipe or a script; a desktop that starts all is none of these. */
  private static final Set<String> SHELLS =
      Set.of(
          "sh",
          "bash",
          "dash",
          "zsh",
          "ksh",
          "mksh",
          "fish",
          "busybox",
          "make",
          "xargs",
          "cmd.exe",
          "powershell.exe",
          "pwsh.exe");

  /**
   * Whether a program is one that starts the programs of a pipe or a script, by its name.
   *
   * @param executable a path of Linux or Windows
   */
  public static boolean isShell(String executable) {
    return SHELLS.contains(FileRef.nameOf(executable).toLowerCase(Locale.ROOT));
  }

  /** Whether anything is known of it. */
  public boolean isKnown() {
    return pid != 0;
  }

  /** OCSF {@code process_entity}: it has no account. */
  Json.Obj ancestor() {
    Json.Obj process = Json.object().put("pid", pid);
    if (!executable.isEmpty()) {
      process.put("name", FileRef.nameOf(executable)).put("path", executable);
    }
    return process;
  }

  /** OCSF {@code process}. */
  Json.Obj json() {
    Json.Obj process = Json.object().put("pid", pid);
    if (!executable.isEmpty()) {
      process.put("name", FileRef.nameOf(executable)).put("path", executable);
    }
    if (!user.isEmpty()) {
      process.put("user", Json.object().put("name", user));
    }
    return process;
  }

  /** What {@link #json} wrote; nobody known when it wrote nothing. */
  static ProcessRef recalled(Recalled process) {
    return new ProcessRef(process.number("pid"), process.text("path"), process.text("user.name"));
  }
}
