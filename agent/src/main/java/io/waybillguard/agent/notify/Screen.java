package io.waybillguard.agent.notify;

import io.waybillguard.agent.platform.Desktop.Seat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The program that shows notices, as the agent speaks with it. Nothing here waits for it: a line is
 * far smaller than a pipe holds, and only what is there is read. One thread.
 */
final class Screen implements AutoCloseable {
  /** Longest line that is taken: it runs with a person's rights, and may say anything. */
  private static final int LONGEST = 8192;

  private final Seat seat;
  private final Process program;
  private final ByteArrayOutputStream half = new ByteArrayOutputStream();

  Screen(Seat seat, Process program) {
    this.seat = seat;
    this.program = program;
  }

  Seat seat() {
    return seat;
  }

  boolean isAlive() {
    return program.isAlive();
  }

  /** How it ended; of use only when it has. */
  int status() {
    return program.exitValue();
  }

  /**
   * @throws IOException if it has ended
   */
  void send(String line) throws IOException {
    program.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
    program.getOutputStream().flush();
  }

  /**
   * What it has said since the last look; what is no line of ours is left out.
   *
   * @throws IOException if it cannot be read
   */
  List<Said> heard() throws IOException {
    List<Said> said = new ArrayList<>();
    InputStream in = program.getInputStream();
    byte[] bytes = in.readNBytes(Math.min(in.available(), LONGEST));
    for (byte each : bytes) {
      if (each == '\n') {
        Said.parse(half.toString(StandardCharsets.UTF_8)).ifPresent(said::add);
        half.reset();
      } else if (half.size() < LONGEST) {
        half.write(each);
      }
    }
    return said;
  }

  /** Ends it: at the end of its input it goes by itself, and is ended if it does not. */
  @Override
  public void close() {
    program.destroy();
  }
}
