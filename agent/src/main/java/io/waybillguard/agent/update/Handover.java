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
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

  private static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.substring(0, Math.min(MOST_VALUE, line.length()));
  }

  Optional<Outcome> outcome() throws IOException {
    Path file = file("outcome");
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    String id = "";
    String result = "";
    String why = "";
    for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
      int is = line.indexOf('=');
      String value = line.substring(is + 1);
      switch (line.substring(0, Math.max(0, is))) {
        case "id" -> id = value;
        case "result" -> result = value;
        case "why" -> why = oneLine(value);
        default -> {} // a newer installer may say more
      }
    }
    return Optional.of(new Outcome(id, result, why));
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
