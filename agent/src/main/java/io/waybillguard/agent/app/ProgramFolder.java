package io.waybillguard.agent.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * What an installer for Windows laid into one folder: the jar, its own Java runtime, the options
 * for it, and, once made, the archive of its classes. Each version has a folder of its own, so that
 * one that does not start can be gone back from.
 *
 * @param jar the program
 */
record ProgramFolder(Path jar) {
  private static final long LOOK_MILLIS = 250;
  private static final String VERSION_FILE = "waybill-guard/version.properties";

  /** The jar in the line that a manager of services keeps: {@code … -jar "C:\\…\\x.jar" run …}. */
  private static final Pattern JAR =
      Pattern.compile("(?: |^)-jar (?:\"([^\"]+)\"|([^\" ]+))(?= |$)");

  static ProgramFolder of(Path jar) {
    return new ProgramFolder(jar);
  }

  /** The program that a service runs; empty when its command names no jar that is there. */
  static Optional<ProgramFolder> ofCommand(String command) {
    Matcher found = JAR.matcher(command);
    if (!found.find()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(found.group(1) == null ? found.group(2) : found.group(1)))
          .filter(Files::isRegularFile)
          .map(ProgramFolder::of);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The version that the jar says it is; empty when it is no jar of ours. */
  Optional<String> version() throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(VERSION_FILE);
      if (entry == null) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      try (InputStream in = zip.getInputStream(entry)) {
        properties.load(in);
      }
      return Optional.of(properties.getProperty("version", "")).filter(v -> !v.isEmpty());
    } catch (ZipException e) {
      return Optional.empty();
    }
  }

  /** Where the options for Java lie, one a line, as {@code java @file} reads them. */
  Path options() {
    return jar.resolveSibling("jvm.options");
  }

  /** That of another version, as an installer lays it beside this one. */
  ProgramFolder beside(String version) {
    return new ProgramFolder(
        versions().resolve(version).resolve(String.valueOf(jar.getFileName())));
  }

  /** Those of all other versions that lie beside this one. */
  List<ProgramFolder> others() throws IOException {
    try (Stream<Path> found = Files.list(versions())) {
      return found
          .map(folder -> new ProgramFolder(folder.resolve(String.valueOf(jar.getFileName()))))
          .filter(other -> Files.isRegularFile(other.jar()) && !other.jar().equals(jar))
          .sorted(Comparator.comparing(other -> other.jar().toString()))
          .toList();
    }
  }

  /** Takes it off the disk, if it is there. */
  void delete() throws IOException {
    Folders.delete(folder());
  }

  private Path folder() {
    return Objects.requireNonNull(jar.toAbsolutePath().getParent(), "a jar lies in a folder");
  }

  private Path versions() {
    return Objects.requireNonNull(folder().getParent(), "a version lies in a folder of versions");
  }

  /** Classes as they are mapped at every start. */
  Path archive() {
    return jar.resolveSibling("agent.jsa");
  }

  private Path java() {
    return jar.resolveSibling(Path.of("jre", "bin", Os.here() == Os.WINDOWS ? "java.exe" : "java"));
  }

  /** The options for Java of a running agent; none when no installer laid any. */
  List<String> javaOptions() {
    if (!Files.isRegularFile(options())) {
      return List.of();
    }
    return Stream.of("@" + options(), "-XX:SharedArchiveFile=" + archive())
        .filter(option -> option.startsWith("@") || Files.isRegularFile(archive()))
        .toList();
  }

  /**
   * Has this version do something.
   *
   * @param within how long that may take
   * @return its exit code
   */
  int run(long within, TimeUnit unit, List<String> words) throws IOException, InterruptedException {
    Process process = start(ProcessBuilder.Redirect.INHERIT, commandLine(List.of(), words));
    if (!process.waitFor(within, unit)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", words) + " did not end in time");
    }
    return process.exitValue();
  }

  /** The line by which a manager of services has it do something. */
  List<String> service(List<String> words) {
    return commandLine(
        Files.isRegularFile(archive()) ? List.of("-XX:SharedArchiveFile=" + archive()) : List.of(),
        words);
  }

  private List<String> commandLine(List<String> javaOptions, List<String> words) {
    return Stream.of(
            List.of(java().toString(), "@" + options()),
            javaOptions,
            List.of("-jar", jar.toString()),
            words)
        .flatMap(List::stream)
        .toList();
  }

  private static Process start(ProcessBuilder.Redirect output, List<String> command)
      throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    return process;
  }

  /**
   * Lets the agent run for a moment in a folder of its own and lays out the classes that it used in
   * the form that Java maps at every start (JEP 310, application class data sharing): quicker
   * starts, less memory. While no agent runs.
   *
   * @param scratch an empty folder for it
   * @param within how long each of the two steps may take
   * @return whether there is one now; without it all else is the same
   */
  boolean makeArchive(Path scratch, long within, TimeUnit unit)
      throws IOException, InterruptedException {
    Path used = scratch.resolve("classes");
    Path told = scratch.resolve("told");
    Files.deleteIfExists(archive());
    Process trial =
        start(
            ProcessBuilder.Redirect.to(told.toFile()),
            commandLine(
                List.of("-XX:DumpLoadedClassList=" + used),
                List.of("run", "--home", scratch.resolve("home").toString())));
    long end = System.nanoTime() + unit.toNanos(within);
    boolean ready = false;
    while (!ready && trial.isAlive() && System.nanoTime() < end) {
      ready = !trial.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS) && saysReady(told);
    }
    // The list is written as classes come; Windows has no gentler word to a program without window.
    trial.destroyForcibly().waitFor();
    if (!ready) {
      return false;
    }
    Path draft = jar.resolveSibling("agent.jsa.new");
    Process layout =
        start(
            ProcessBuilder.Redirect.DISCARD,
            List.of(
                java().toString(),
                "-XX:+UseSerialGC",
                "-Xshare:dump",
                "-XX:SharedClassListFile=" + used,
                "-XX:SharedArchiveFile=" + draft,
                "-cp",
                jar.toString()));
    boolean done = layout.waitFor(within, unit) && layout.exitValue() == 0;
    layout.destroyForcibly().waitFor();
    if (done && Files.exists(draft)) {
      Files.move(draft, archive());
      return true;
    }
    Files.deleteIfExists(draft);
    return false;
  }

  private static boolean saysReady(Path told) throws IOException {
    return Files.readString(told, StandardCharsets.ISO_8859_1).contains("ready sensors=");
  }
}
