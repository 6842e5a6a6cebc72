package io.waybillguard.hq.app;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** One call of the program, with what it wrote. */
record Called(int exit, String out, String err) {

  static Called with(InstantSource clock, String language, String... args) {
    return typing("", clock, language, args);
  }

  /** As above, with something on standard input. */
  static Called typing(String input, InstantSource clock, String language, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int exit = new Main(new Call(new Words(language), terminal, clock)).run(args);
    return new Called(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
