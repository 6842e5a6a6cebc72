package io.waybillguard.hq.app;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One call of the program, with what it wrote. */
record Called(int exit, String out, String err) {

  static Called with(InstantSource clock, String language, String... args) {
    return typing("", clock, language, args);
  }

  /** As above, with something on standard input. */
  static Called typing(String input, InstantSource clock, String language, String... args) {
    return signedOn(Map.of(), input, clock, language, args);
  }

  /** As above, with this environment; where HQ is kept is added to what follows {@code --data}. */
  static Called signedOn(
      Map<String, String> environment,
      String input,
      InstantSource clock,
      String language,
      String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int exit =
        new Main(new Call(new Words(language), terminal, clock, environment))
            .run(withDatabase(args));
    return new Called(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static String[] withDatabase(String[] args) {
    List<String> all = new ArrayList<>(List.of(args));
    int data = all.indexOf("--data");
    if (data >= 0 && !all.contains("--database")) {
      TestDatabase.url(Path.of(all.get(data + 1)))
          .ifPresent(url -> all.addAll(List.of("--database", url)));
    }
    return all.toArray(String[]::new);
  }
}
