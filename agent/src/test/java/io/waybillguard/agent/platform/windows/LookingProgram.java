package io.waybillguard.agent.platform.windows;

import com.sun.jna.Native;
import com.sun.jna.platform.win32.Kernel32Util;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs of Java that run beside a test. */
public final class LookingProgram {
  private static final List<Class<?>> NEEDED =
      List.of(LookingProgram.class, OpenFileLook.class, Native.class, Kernel32Util.class);

  private LookingProgram() {}

  /** The program that looks at open files, the real one. */
  public static Process start() throws IOException {
    return start("io.waybillguard.agent.app.OpenFilesProgram");
  }

  /** A class with a main method; it finds the agent's classes, the tests' and JNA. */
  static Process start(String main, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-PrintWarnings",
                "-Dfile.encoding=UTF-8",
                "-cp",
                String.join(
                    File.pathSeparator, NEEDED.stream().map(LookingProgram::place).toList()),
                main));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String place(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(of + " lies nowhere", e);
    }
  }
}
