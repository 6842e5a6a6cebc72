package io.waybillguard.agent.update;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The folder {@code update} of the agent's data, where the agent and the installer outside of its
 * limits meet. Each file appears whole, by a rename.
 *
 * <table>
 * <caption>Files</caption>
 * <tr><td>{@code plan.json}</td><td>the order, the agent's own</td></tr>
 * <tr><td>{@code package.part}</td><td>what was fetched so far</td></tr>
 * <tr><td>{@code package}, {@code release}</td><td>for the installer</td></tr>
 * <tr><td>{@code go}</td><td>the agent's word to begin</td></tr>
 * <tr><td>{@code taken}</td><td>the same file once the installer has begun</td></tr>
 * <tr><td>{@code health}</td><td>how the version that runs is, for the installer</td></tr>
 * <tr><td>{@code outcome}</td><td>the installer's last word; the agent takes it away</td></tr>
 * </table>
 *
 * The last five are lines {@code name=value}, so that a shell script can read and write them.
 */
final class Handover {
  private static final int MOST_VALUE = 300;
  private static final long USUAL_MINUTES = 5;
  private static final long MOST_MINUTES = 60;

  private final Path folder;

  Handover(Path data) {
    this.folder = data.resolve("update");
  }

  /**
   * The installer's last word.
   *
   * @param id of the command
   * @param result {@code healthy}, {@code rolled_back} or {@code failed}
   * @param why in words, or ""
   */
  record Outcome(String id, String result, String why) {}

  /**
   * The order as the installer knows it.
   *
   * @param id of the command
   * @param from the version that took it
   * @param version the one that is to run
   * @param minutes how long it has to become healthy, 1 to 60
   */
  record Taken(String id, String from, String version, long minutes) {}

  /**
   * How the version that runs says it is.
   *
   * @param id of the command
   * @param why not healthy, or ""; also "" where all is well but HQ
   */
  record Health(String id, String version, boolean healthy, String why) {}

  Optional<Plan> plan() throws IOException {
    Path file = file("plan.json");
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Plan.of(Json.parse(Files.readAllBytes(file))));
    } catch (JsonException | EvidenceException | IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage() + "; delete it", e);
    }
  }

  void keep(Plan plan) throws IOException {
    SecretFile.folder(folder);
    SecretFile.write(file("plan.json"), plan.json().canonical());
  }

  /** How many bytes of the package are here. */
  long fetched() throws IOException {
    Path part = file("package.part");
    return Files.exists(part) ? Files.size(part) : 0;
  }

  /** Adds a piece where the last one ended. */
  void add(byte[] piece) throws IOException {
    SecretFile.folder(folder);
    try (FileChannel out =
        FileChannel.open(
            file("package.part"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap(piece);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }

  /** SHA-256 of what was fetched, lower-case hex; it is on the disk by then. */
  String sha256() throws IOException {
    Path part = file("package.part");
    try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    return Hash.sha256(part).hex();
  }

  void forgetPart() throws IOException {
    Files.deleteIfExists(file("package.part"));
  }

  /** The package is as signed: the installer may have it. */
  void go(Plan plan) throws IOException {
    Path part = file("package.part");
    if (Files.exists(part)) {
      Files.move(part, file("package"), StandardCopyOption.REPLACE_EXISTING);
    }
    SecretFile.write(file("release"), plan.note().getBytes(StandardCharsets.UTF_8));
    Files.deleteIfExists(file("outcome"));
    Files.deleteIfExists(file("health"));
    write(
        "go",
        "id=" + plan.id(),
        "from=" + plan.from(),
        "version=" + plan.release().version(),
        "minutes=" + plan.minutes());
  }

  /**
   * Takes the word to begin back.
   *
   * @return false if the installer was faster
   */
  boolean withdraw() throws IOException {
    return Files.deleteIfExists(file("go"));
  }

  /** Whether the installer may begin, and has not. */
  boolean waits() {
    return Files.exists(file("go"));
  }

  /** Whether the installer has begun, and given no last word yet. */
  boolean isTaken() {
    return Files.exists(file("taken"));
  }

  /** Tells the installer how the version that runs is. */
  void tell(String id, String version, boolean healthy, boolean hq, String why) throws IOException {
    write(
        "health",
        "id=" + id,
        "version=" + version,
        "healthy=" + (healthy ? "yes" : "no"),
        "hq=" + (hq ? "yes" : "no"),
        "why=" + oneLine(why));
  }

  static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.substring(0, Math.min(MOST_VALUE, line.length()));
  }

  Optional<Outcome> outcome() throws IOException {
    Path file = file("outcome");
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    Map<String, String> said = values(file);
    return Optional.of(
        new Outcome(
            said.getOrDefault("id", ""),
            said.getOrDefault("result", ""),
            oneLine(said.getOrDefault("why", ""))));
  }

  // -- the installer's side
  // ------------------------------------------------------------------------

  /** The order, if there is one; from then on the agent does not take its word back. */
  Optional<Taken> take() throws IOException {
    Path taken = file("taken");
    if (Files.notExists(taken)) {
      try {
        Files.move(file("go"), taken, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        return Optional.empty(); // it has taken it back
      }
    }
    Map<String, String> said = values(taken);
    String minutes = said.getOrDefault("minutes", "");
    return Optional.of(
        new Taken(
            said.getOrDefault("id", ""),
            said.getOrDefault("from", ""),
            said.getOrDefault("version", ""),
            minutes.matches("[0-9]{1,2}")
                ? Math.max(1, Math.min(MOST_MINUTES, Long.parseLong(minutes)))
                : USUAL_MINUTES));
  }

  Path packageFile() {
    return file("package");
  }

  Path releaseFile() {
    return file("release");
  }

  Optional<Health> health() throws IOException {
    Path file = file("health");
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    Map<String, String> said = values(file);
    return Optional.of(
        new Health(
            said.getOrDefault("id", ""),
            said.getOrDefault("version", ""),
            said.getOrDefault("healthy", "").equals("yes"),
            said.getOrDefault("why", "")));
  }

  /** The installer's last word, for the agent that runs. */
  void end(Outcome outcome) throws IOException {
    write(
        "outcome",
        "id=" + outcome.id(),
        "result=" + outcome.result(),
        "why=" + oneLine(outcome.why()));
    release();
  }

  /** Lets the order go. */
  void release() throws IOException {
    Files.deleteIfExists(file("taken"));
  }

  /** Lines {@code name=value}; what a newer version says more is in it as well. */
  static Map<String, String> values(Path file) throws IOException {
    Map<String, String> values = new HashMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n")) {
        int is = line.indexOf('=');
        if (is > 0) {
          values.put(line.substring(0, is), line.substring(is + 1));
        }
      }
    }
    return values;
  }

  /** All of it, the order last: until then a start finds what is to be ended. */
  void clear() throws IOException {
    for (String name :
        new String[] {
          "go", "taken", "package.part", "package", "release", "health", "outcome", "plan.json"
        }) {
      Files.deleteIfExists(file(name));
    }
  }

  private void write(String name, String... lines) throws IOException {
    SecretFile.write(
        file(name), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }
}
