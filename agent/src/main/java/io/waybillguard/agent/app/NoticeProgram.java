package io.waybillguard.agent.app;

import io.waybillguard.agent.event.NoticeAnswered.How;
import io.waybillguard.agent.event.NoticeShown.Way;
import io.waybillguard.agent.notify.Said;
import io.waybillguard.agent.notify.Sheet;
import io.waybillguard.agent.notify.window.NoticeWindow;
import io.waybillguard.agent.platform.linux.DesktopNotifications;
import java.awt.AWTError;
import java.awt.HeadlessException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The program that shows notices to the person at the desk. The agent starts it in the person's
 * session and with the rights of the person's account, tells it by lines what to show, and hears by
 * lines what is answered. No other has the two ends of these pipes, so no secret is needed. Where
 * pipes are not inherited into a person's session, as on Windows, it is told their names and opens
 * them. It ends when its input does, as when the agent ends.
 *
 * <p>It is kept small: no command line, no log, nothing loaded that is not shown.
 */
final class NoticeProgram {
  /** The line by which it is told that nobody types. */
  static final String FOCUS = "focus";

  private static final long LOOK_EVERY_MILLIS = 200;

  private NoticeProgram() {}

  /**
   * Runs until its input ends.
   *
   * @param args none, or the names of the pipes to read and to write
   */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    boolean named = args.length == 2;
    InputStream in = named ? new FileInputStream(args[0]) : System.in;
    PrintStream out =
        new PrintStream(named ? written(args[1]) : System.out, true, StandardCharsets.UTF_8);
    Consumer<Said> say =
        said -> {
          synchronized (out) {
            // Not println, which ends lines in another way on Windows.
            out.print(said.line() + '\n');
            out.flush();
          }
        };
    @Nullable NoticeWindow window = null;
    String why = "";
    try {
      window = new NoticeWindow(say);
    } catch (HeadlessException | AWTError | LinkageError e) {
      // No display, or a Java runtime without its graphic part.
      why = cause(e);
    }
    if (window != null) {
      follow(window, in, say);
    } else {
      notifyInstead(why, in, say);
    }
    System.exit(0);
  }

  /** A pipe is there already, which is what a stream that makes its file cannot be told. */
  private static OutputStream written(String pipe) throws IOException {
    return Channels.newOutputStream(FileChannel.open(Path.of(pipe), StandardOpenOption.WRITE));
  }

  private static void follow(NoticeWindow window, InputStream in, Consumer<Said> say)
      throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
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

  /**
   * The desktop's own notification, where no window can be shown. Input and bus are looked at in
   * turn, and whether the agent is still there: a pipe that is at its end looks like an empty one.
   */
  private static void notifyInstead(String why, InputStream in, Consumer<Said> say) {
    Optional<ProcessHandle> agent = ProcessHandle.current().parent();
    try (DesktopNotifications desktop = DesktopNotifications.open(System.getenv())) {
      ByteArrayOutputStream half = new ByteArrayOutputStream();
      while (ProcessHandle.current().parent().equals(agent)) {
        for (byte each : in.readNBytes(in.available())) {
          if (each == '\n') {
            tell(desktop, half.toString(StandardCharsets.UTF_8), say);
            half.reset();
          } else {
            half.write(each);
          }
        }
        desktop
            .chosen(LOOK_EVERY_MILLIS)
            .ifPresent(number -> say.accept(new Said.Chosen(number, How.NOTIFICATION)));
      }
    } catch (IOException e) {
      say.accept(new Said.Cannot(why + "; and no notification: " + e.getMessage()));
    }
  }

  private static void tell(DesktopNotifications desktop, String line, Consumer<Said> say)
      throws IOException {
    Optional<Sheet> sheet = Sheet.parse(line);
    if (sheet.isPresent()) {
      List<String> text = new ArrayList<>(sheet.get().lines());
      text.add(sheet.get().advice());
      text.add(sheet.get().more());
      text.removeIf(String::isEmpty);
      desktop.show(
          sheet.get().head(), sheet.get().title(), String.join("\n", text), sheet.get().choices());
      say.accept(
          new Said.Shown(sheet.get().mode() == Sheet.Mode.FOLDED ? Way.FOLDED : Way.NOTIFICATION));
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
