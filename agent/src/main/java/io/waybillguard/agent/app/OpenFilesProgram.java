package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.windows.OpenFileLook;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The program that looks at open files on Windows: one that may be killed, since a question of such
 * a look may never come back. The agent starts it, with its own rights, and speaks with it by
 * pipes. It ends when its input does or the agent does, also while it hangs.
 */
final class OpenFilesProgram {
  /** One table of handles and little else. */
  private static final List<String> SMALL =
      List.of(
          "-Xms8m",
          "-Xmx128m", // a machine with 1.6 million handles; else a tenth of it is used
          "-Xss256k",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:MaxMetaspaceSize=32m",
          "-XX:-UsePerfData",
          "-XX:-PrintWarnings",
          "-Xshare:auto");

  /** Where JNA finds its native part: where the agent has put it. */
  private static final List<String> PASSED_ON = List.of("jna.boot.library.path", "jna.tmpdir");

  private OpenFilesProgram() {}

  /** Starts it. */
  static Process start() throws IOException {
    List<String> options = new ArrayList<>(SMALL);
    for (String name : PASSED_ON) {
      String value = System.getProperty(name);
      if (value != null) {
        options.add("-D" + name + '=' + value);
      }
    }
    return new ProcessBuilder(OwnProgram.command(options, OpenFilesProgram.class))
        .redirectError(Redirect.DISCARD)
        .start();
  }

  /** Runs until its input ends. */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    Optional<ProcessHandle> agent = ProcessHandle.current().parent();
    if (agent.isPresent()) {
      var unused = agent.get().onExit().thenRun(() -> Runtime.getRuntime().halt(0));
    }
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    OpenFileLook.serve(
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
        line -> {
          // Not println, which ends lines in another way on Windows.
          out.print(line + '\n');
          out.flush();
        });
  }
}
