package io.waybillguard.agent.platform;

/**
 * A process, as far as the system could still tell.
 *
 * @param pid its process id, &gt; 0; 0 when the system did not say who it was
 * @param executable the path of its program, or "" when it had ended before it could be asked
 * @param user the account it runs as: a name, or the number where no name is known; or ""
 * @param parentPid the process that made it, or 0
 */
public record ProcessFacts(long pid, String executable, String user, long parentPid) {
  /** Nobody known. */
  public static final ProcessFacts UNKNOWN = new ProcessFacts(0, "", "", 0);
}
