package io.waybillguard.agent.app;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** The program called once, as a shell would, with what it wrote. */
record CalledMain(int code, String out, String err) {

  static CalledMain in(Language language, Path home, String... args) {
    return of(language, Stream.concat(Stream.of("--home", home.toString()), Stream.of(args)));
  }

  static CalledMain of(Language language, Stream<String> args) {
    return with(language, main -> main.run(args.toArray(String[]::new)));
  }

  /** A command that does nothing but what is given. */
  static CalledMain of(Language language, Action action) {
    return with(language, main -> main.run("waybill-guard test", action).code());
  }

  private static CalledMain with(Language language, ToIntFunction<Main> use) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Words words = new Words(language);
    Terminal terminal = new Terminal(out, err, StandardCharsets.UTF_8, false, words);
    Call call = new Call(Map.of(), false, words, terminal);
    // Where a test's log and native libraries go is the test runner's business.
    int code =
        use.applyAsInt(
            new Main(call, (folder, name) -> Path.of("logs").resolve(name + ".log"), data -> {}));
    terminal.flush();
    return new CalledMain(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  List<String> errLines() {
    return err.lines().toList();
  }
}
