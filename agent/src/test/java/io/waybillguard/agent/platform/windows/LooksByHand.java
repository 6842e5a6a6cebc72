package io.waybillguard.agent.platform.windows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands in for the program that looks at open files. To each look it says the lines of a file; a
 * line {@code hang} never comes back and {@code die} ends it. What it was told before the look it
 * writes to a second file.
 */
final class LooksByHand {
  private LooksByHand() {}

  /**
   * @param args the file with what to say, and the one for what was heard
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<String> heard = new ArrayList<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      heard.add(line);
      if (line.equals("look")) {
        Files.write(Path.of(args[1]), heard);
        for (String said : Files.readAllLines(Path.of(args[0]))) {
          if (said.equals("hang")) {
            Thread.currentThread().join();
          } else if (said.equals("die")) {
            System.exit(3);
          }
          out.print(said + '\n');
          out.flush();
        }
      }
    }
  }
}
