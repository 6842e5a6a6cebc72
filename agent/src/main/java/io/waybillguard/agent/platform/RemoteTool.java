package io.waybillguard.agent.platform;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A program by which somebody elsewhere can be at this PC, and what shows that somebody is. That it
 * is installed or runs shows nothing yet.
 *
 * @param id short, such as {@code xrdp}
 * @param name for people
 * @param programs the names of its processes
 * @param shared whether the peer sees the screen of the person at the desk, not one of its own
 * @param signs what shows that somebody is in; empty for a tunnel, which only carries others
 * @param logs what the tool itself writes about it
 */
public record RemoteTool(
    String id,
    String name,
    List<String> programs,
    boolean shared,
    List<Sign> signs,
    List<Log> logs) {

  public RemoteTool {
    programs = List.copyOf(programs);
    signs = List.copyOf(signs);
    logs = List.copyOf(logs);
  }

  /**
   * Lines in a tool's log. Groups of the expression name what the line tells: {@code key} by which
   * its lines about one session go together, {@code peer}, {@code account}, {@code pid}; and {@code
   * visitor}, the account of whoever comes where that is not the one he is in, told as {@code
   * visitor@peer}.
   *
   * @param files paths; the last part may have stars, {@code ~/} stands for every home
   * @param line what is looked for in a line
   * @param says what such a line means
   */
  public record Log(List<String> files, Pattern line, Says says) {
    public Log {
      files = List.copyOf(files);
    }
  }

  /** What a line of a log means. */
  public enum Says {
    /** Somebody is in. */
    START,
    /** Nobody is in any more. */
    END,
    /** Where somebody comes from who may be let in. */
    PEER,
    /** Somebody was not let in. */
    REFUSED
  }

  /**
   * One sign that somebody is in.
   *
   * @param by what is looked at
   * @param program {@code CONNECTION}: a process that must run as well, since without it the peer
   *     is at the door only, or ""; {@code PROCESS}: the process that lives as long as the session
   * @param argument a word that the command line of {@code program} must have, or what one of its
   *     words begins with when this ends in {@code =}; or ""
   * @param without words that its command line must not have
   * @param parent the program that must have started it, or ""
   */
  public record Sign(By by, String program, String argument, List<String> without, String parent) {
    public Sign {
      without = List.copyOf(without);
    }

    /** A sign of a program, whatever it is started with. */
    public Sign(By by, String program) {
      this(by, program, "", List.of(), "");
    }
  }

  /** What a sign is looked for in. */
  public enum By {
    /** An established connection to a port on which the tool's own process listens. */
    CONNECTION,
    /** The title that sshd gives the process that serves somebody who is logged in. */
    TITLE,
    /** A process that lives exactly as long as a session. */
    PROCESS
  }
}
