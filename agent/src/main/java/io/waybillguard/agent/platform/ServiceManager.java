package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The system's manager of services, which starts the agent with the machine and again after a fall.
 */
public interface ServiceManager {
  /**
   * What is to be a service.
   *
   * @param name by which commands know it, such as {@code WaybillGuard}
   * @param title what people read in lists
   * @param description what it is for, in a sentence
   * @param command the program with its full path, then its arguments
   * @param endsWithin how long an orderly end may take when the machine is switched off
   * @param own folders that from then on only the system and its administrators may enter
   */
  record Plan(
      String name,
      String title,
      String description,
      List<String> command,
      Duration endsWithin,
      List<Path> own) {
    public Plan {
      command = List.copyOf(command);
      own = List.copyOf(own);
    }
  }

  /** What a service does at the moment. */
  enum State {
    ABSENT,
    STOPPED,
    STARTING,
    RUNNING,
    STOPPING,
    /** Paused, or something that this version does not know. */
    OTHER
  }

  /**
   * How a service stands.
   *
   * @param pid its process; 0 when there is none
   * @param command as the manager keeps it, or ""
   * @param exitCode how it ended last, as the system counts; 0 when well or never started
   */
  record Standing(State state, long pid, String command, long exitCode) {
    /** There is none. */
    public static final Standing ABSENT = new Standing(State.ABSENT, 0, "", 0);
  }

  /**
   * Makes a service that starts with the machine and again after a fall, or brings an existing one
   * in line with the plan. Does not start it.
   *
   * @return what this system has no means for, a few words each; empty when all was done
   * @throws java.nio.file.AccessDeniedException if this process may not
   * @throws IOException if it cannot be done; the message names the call and the system's word
   */
  List<String> install(Plan plan) throws IOException;

  /** Removes a service; one that runs goes when it has ended. */
  void uninstall(String name) throws IOException;

  /** Asks for the start of a service; {@link #standing} tells when it runs. */
  void start(String name) throws IOException;

  /** Asks for the end of a service; {@link #standing} tells when it has ended. */
  void stop(String name) throws IOException;

  /** How a service stands. */
  Standing standing(String name) throws IOException;
}
