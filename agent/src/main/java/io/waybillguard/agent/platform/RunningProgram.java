package io.waybillguard.agent.platform;

/**
 * A program that runs now, as far as the system tells.
 *
 * @param pid its process id
 * @param executable the path of its program
 * @param command its command line, words joined by blanks; "" where the system does not tell
 * @param user the account it runs as, or ""
 * @param parentPid the process that made it, or 0
 */
public record RunningProgram(
    long pid, String executable, String command, String user, long parentPid) {}
