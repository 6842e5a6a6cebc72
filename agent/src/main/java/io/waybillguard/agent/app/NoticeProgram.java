package io.waybillguard.agent.app;

import io.waybillguard.agent.notify.Said;
import io.waybillguard.agent.notify.Sheet;
import io.waybillguard.agent.notify.window.NoticeWindow;
import java.awt.AWTError;
import java.awt.HeadlessException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The program that shows notices to the person at the desk. The agent starts it in the person's
 * session and with the rights of the person's account, tells it by lines what to show, and hears by
 * lines what is answered. No other has the two ends of these pipes, so no secret is needed. It ends
 * when its input does, as when the agent ends.
 *
 * <p>It is kept small: no command line, no log, nothing loaded that is not shown.
 */
final class NoticeProgram {
  /** The line by which it is told that nobody types. */
  static final String FOCUS = "focus";

  private NoticeProgram() {}

  /** Runs until its input ends. */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Consumer<Said> say =
        said -> {
          synchronized (out) {
            out.println(said.line());
          }
        };
    try {
      follow(new NoticeWindow(say), say);
    } catch (HeadlessException | AWTError | LinkageError e) {
      // No display, or a Java runtime without its graphic part.
      say.accept(new Said.Cannot(cause(e)));
    }
    System.exit(0);
  }

  private static void follow(NoticeWindow window, Consumer<Said> say) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Optional<Sheet> sheet = Sheet.parse(line);
      if (line.equals(FOCUS)) {
        window.takeFocus();
      } else if (sheet.isPresent()) {
        window.tell(sheet.get());
      } else {
        say.accept(new Said.Cannot("a line that is no notice; agent and notice program differ"));
      }
    }
  }

  static String cause(Throwable e) {
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return e instanceof LinkageError
        ? "this Java runtime cannot show windows ("
            + what
            + "); install one that is not headless (Debian: openjdk-17-jre)"
        : "no window can be shown: " + what;
  }
}
