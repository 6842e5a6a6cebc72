package io.waybillguard.agent.platform.windows;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Says each line again, as a program in a person's session would answer; ends with its input. */
final class PipeEcho {
  /** The status by which it tells that it saw the end of its input. */
  static final int SAW_THE_END = 7;

  private PipeEcho() {}

  /**
   * @param args the pipes to read and to write
   */
  public static void main(String[] args) throws IOException {
    try (BufferedReader in =
            new BufferedReader(
                new InputStreamReader(new FileInputStream(args[0]), StandardCharsets.UTF_8));
        OutputStream out =
            Channels.newOutputStream(
                FileChannel.open(Path.of(args[1]), StandardOpenOption.WRITE))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.write((System.getenv("USERNAME") + " " + line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    System.exit(SAW_THE_END);
  }
}
