package io.waybillguard.agent.sense;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes what looks like a password or token out of a command line before it becomes evidence.
 *
 * <p>Limit: a secret that stands alone, without a word that says what it is, is not known as one.
 */
public final class Secrets {
  private static final int MOST = 1_000;
  private static final String MASK = "***";

  private static final String WORD =
      "(?:password|passwd|passphrase|passwort|pwd|token|secret|api[-_]?key|access[-_]?key|"
          + "private[-_]?key|auth[-_]?key|credential|cookie)";

  /** Each has what stays as its first group; possessive, so that no line costs more than itself. */
  private static final List<Pattern> KNOWN =
      List.of(
          Pattern.compile(
              "(?i)(--?[a-z0-9_-]{0,32}?"
                  + WORD
                  + "[a-z0-9_-]{0,32}(?:=|\\s++))"
                  + "(?!-)(?:\"[^\"]*+\"|'[^']*+'|\\S++)"),
          Pattern.compile(
              "(?i)(\\b[a-z0-9_]{0,32}?"
                  + WORD
                  + "[a-z0-9_]{0,32}=)"
                  + "(?:\"[^\"]*+\"|'[^']*+'|[^\\s&;]++)"),
          Pattern.compile("(://[^/\\s:@]{1,128}+:)[^@/\\s]++(?=@)"),
          Pattern.compile("(?i)([?&](?:key|sig|signature|auth|sign)=)[^&\\s'\"]++"),
          Pattern.compile(
              "(?i)(\\b(?:authorization|x-[a-z-]{0,32}(?:key|token))\\s*+:\\s*+"
                  + "(?:(?:bearer|basic|token)\\s++)?)[^\\s'\"]++"),
          Pattern.compile(
              "(?i)(\\b(?:curl|wget)\\b[^|;&]{0,512}?\\s(?:-u|--user)[= ]"
                  + "[^\\s:]{1,128}+:)\\S++"),
          Pattern.compile("(\\bsshpass\\s++-p\\s*+)\\S++"),
          Pattern.compile("(?i)(\"" + WORD + "\"\\s*+:\\s*+)\"[^\"]*+\""));

  private Secrets() {}

  /** The command without them, and not longer than anybody reads. */
  public static String masked(String command) {
    String masked = command.length() > MOST ? command.substring(0, MOST) : command;
    for (Pattern known : KNOWN) {
      masked =
          known.matcher(masked).replaceAll("$1" + java.util.regex.Matcher.quoteReplacement(MASK));
    }
    return command.length() > MOST ? masked + "…" : masked;
  }
}
