package io.waybillguard.agent.platform.windows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Hears the names of two files, reads the first and writes it to the second, and keeps both open
 * until its input ends, writing one byte more for each line: what a program that packs images does,
 * slowly. With a file in place of its input it keeps them open until it is killed.
 */
final class SlowReader {
  private SlowReader() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    InputStream input = args.length == 0 ? System.in : Files.newInputStream(Path.of(args[0]));
    BufferedReader in = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
    try (InputStream from = Files.newInputStream(Path.of(in.readLine()));
        OutputStream to = Files.newOutputStream(Path.of(in.readLine()))) {
      from.transferTo(to);
      while (in.readLine() != null) {
        to.write('x');
      }
      if (args.length > 0) {
        new CountDownLatch(1).await();
      }
    }
  }
}
