package io.waybillguard.bench;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real HQ jar in a process of its own, which may be killed and come back at the same port. */
final class HqServer implements AutoCloseable {
  /** For a start; on a machine that others fill. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Pattern READY = Pattern.compile("(?m)^ready agent=(\\S+) .*\n");

  private final Path folder;
  private final Path jar;
  private final List<String> java;
  private final List<String> place;
  private final List<Duration> gone = new ArrayList<>();
  private Process process;
  private URI agents;
  private long mostRssKib;
  private Duration cpuBefore = Duration.ZERO;

  /**
   * @param folder for its data and output
   * @param java options of the JVM
   * @param database URL of a PostgreSQL, or "" for the embedded one
   */
  HqServer(Path folder, Path jar, List<String> java, String database) throws Exception {
    this.folder = folder;
    this.jar = jar;
    this.java = java;
    this.place = new ArrayList<>(List.of("--data", data().toString()));
    if (!database.isEmpty()) {
      place.addAll(List.of("--database", database));
    }
    start("127.0.0.1:0");
  }

  Path data() {
    return folder.resolve("hq");
  }

  URI agents() {
    return agents;
  }

  private static String javaCommand() {
    return System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
  }

  private void start(String listen) throws Exception {
    Path out = folder.resolve("serve.out");
    Files.deleteIfExists(out);
    List<String> command = new ArrayList<>(List.of(javaCommand()));
    command.addAll(java);
    command.addAll(List.of("-jar", jar.toString(), "serve"));
    command.addAll(place);
    command.addAll(List.of("--listen", listen, "--console", "127.0.0.1:0"));
    process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("serve.err").toFile()))
            .start();
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end) && process.isAlive()) {
      // A JVM that records itself says so before.
      Matcher ready = READY.matcher(Files.readString(out));
      if (ready.find()) {
        agents = URI.create(ready.group(1));
        return;
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
    process.destroyForcibly();
    throw new IOException("HQ did not become ready; see " + folder.resolve("serve.err"));
  }

  /** Kills it where it stands, and starts it again. */
  void killAndComeBack() throws Exception {
    Instant began = Instant.now();
    rssKib();
    cpuBefore = cpu();
    process.destroyForcibly().waitFor();
    start("127.0.0.1:" + agents.getPort());
    gone.add(Duration.between(began, Instant.now()));
  }

  /** How long it was away, each time. */
  List<Duration> gone() {
    return List.copyOf(gone);
  }

  long pid() {
    return process.pid();
  }

  /** What it takes of memory now, in KiB (proc(5), VmRSS); -1 where that is not told. */
  long rssKib() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return -1;
    }
    long now = -1;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        now = Long.parseLong(line.replaceAll("\\D", ""));
      }
      if (line.startsWith("VmHWM:")) {
        mostRssKib = Math.max(mostRssKib, Long.parseLong(line.replaceAll("\\D", "")));
      }
    }
    return now;
  }

  /** The most that it took, in KiB, as far as it was looked at. */
  long mostRssKib() {
    return mostRssKib;
  }

  /** Processor time that it has taken, with that of those that were killed. */
  Duration cpu() {
    return cpuBefore.plus(process.info().totalCpuDuration().orElse(Duration.ZERO));
  }

  /** Runs a command of HQ beside the server and gives what it printed. */
  String command(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(javaCommand(), "-jar", jar.toString()));
    command.addAll(List.of(words));
    command.addAll(place);
    Process run =
        new ProcessBuilder(command)
            .redirectError(
                ProcessBuilder.Redirect.appendTo(folder.resolve("commands.err").toFile()))
            .start();
    run.getOutputStream().close();
    String out = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (run.waitFor() != 0) {
      throw new IOException(
          words[0] + " " + words[1] + " failed; see " + folder.resolve("commands.err"));
    }
    return out;
  }

  /** What it could not answer with a yes or a no. */
  List<String> failures() throws IOException {
    try (var lines = Files.lines(folder.resolve("serve.err"))) {
      return lines.filter(l -> l.contains("ERROR") || l.contains("OutOfMemory")).toList();
    }
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
