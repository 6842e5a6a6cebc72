package io.waybillguard.hq.app;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real HQ process on free ports, which may be killed and come back. */
final class HqProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path out;
  private final Path err;
  private final List<String> command = new ArrayList<>();
  private Process process;
  private String agents = "";

  /**
   * Starts one; it is not ready yet.
   *
   * @param folder where its output goes
   * @param name of the output's files
   * @param java options of the JVM
   * @param serve options of {@code serve} besides the addresses
   */
  HqProcess(Path folder, String name, List<String> java, List<String> serve) throws IOException {
    this.out = folder.resolve(name + ".out");
    this.err = folder.resolve(name + ".err");
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(java);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("serve", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"));
    command.addAll(serve);
    this.process = launch();
  }

  private Process launch() throws IOException {
    Files.deleteIfExists(out);
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()))
        .start();
  }

  /** Waits until agents can reach it. */
  void awaitReady() throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end) && process.isAlive()) {
      String said = Files.readString(out);
      if (said.startsWith("ready ") && said.endsWith("\n")) {
        agents = said.replaceFirst("(?s)ready agent=(\\S+).*", "$1");
        return;
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new AssertionError("serve did not become ready: " + Files.readString(err));
  }

  /** Where agents reach it now. */
  String agents() {
    return agents;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it after so many milliseconds. */
  void killAfter(int millis) throws Exception {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
  }

  /** Starts it again, on other ports. */
  void comeBack() throws Exception {
    process = launch();
    awaitReady();
  }

  /** What it could not answer with a yes or a no. */
  List<String> failures() throws IOException {
    try (Stream<String> lines = Files.lines(err)) {
      return lines.filter(l -> l.contains("ERROR") || l.contains("OutOfMemory")).toList();
    }
  }

  @Override
  public void close() throws Exception {
    killAfter(0);
  }
}
