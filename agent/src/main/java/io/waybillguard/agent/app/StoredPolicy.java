package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.policy.Policy;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * HQ's policy as this PC keeps it: the signed command that brought it, and its document, in one
 * file. The signature is checked at each start, so that a file that somebody changed is no policy.
 *
 * @param command which it came with
 * @param message the same, as HQ signed it
 * @param policy its document
 */
record StoredPolicy(Command command, Command.Message message, Policy policy) {
  private static final String FOLDER = "policy";
  private static final String TYPE = "policy";

  /**
   * What lies in a data folder.
   *
   * @param policy absent where there is none, or none that counts
   * @param problem why what lies there does not count, or ""
   */
  record Found(Optional<StoredPolicy> policy, String problem) {}

  static Path file(Path data) {
    return data.resolve(FOLDER).resolve("policy.json");
  }

  private static Path preparedFile(Path data) {
    return data.resolve(FOLDER).resolve("prepared.json");
  }

  /**
   * Puts it together.
   *
   * @throws IllegalArgumentException if the document is not the one that was signed, or is not
   *     understood
   */
  static StoredPolicy of(Command command, Command.Message message, byte[] document) {
    String signed = command.args().text("sha256", "");
    String hash = Policy.sha256(document);
    if (!hash.equals(signed)) {
      throw new IllegalArgumentException(
          "the policy's document has hash " + hash + ", signed is \"" + signed + "\"");
    }
    try {
      return new StoredPolicy(
          command, message, Policy.read(document, "policy " + version(command)));
    } catch (ConfigException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The version that a command names.
   *
   * @throws IllegalArgumentException if it names none
   */
  static long version(Command command) {
    long version = command.args().number("version", 0);
    if (version < 1) {
      throw new IllegalArgumentException("\"version\" should be 1 or more, not " + version);
    }
    return version;
  }

  long version() {
    return version(command);
  }

  /** Keeps it durably in the place of the one before. */
  void keep(Path data) throws IOException {
    Files.createDirectories(file(data).getParent());
    StateFile.replace(
        file(data),
        json(message)
            .put("document", new String(policy.document(), StandardCharsets.UTF_8))
            .canonical());
  }

  private static Json.Obj json(Command.Message message) {
    return Json.object().put("note", message.note()).put("args", message.args());
  }

  private static Command.Message message(Json.Obj json) throws JsonException {
    return new Command.Message(json.text("note"), json.object("args"));
  }

  /** What lies in a data folder. */
  static Found load(Path data) throws IOException {
    Path file = file(data);
    if (Files.notExists(file)) {
      return new Found(Optional.empty(), "");
    }
    Optional<Enrolment> enrolment = Enrolment.load(data);
    if (enrolment.isEmpty()) {
      return new Found(Optional.empty(), "this PC belongs to no HQ any more");
    }
    try {
      return new Found(Optional.of(read(Files.readAllBytes(file), enrolment.get().command())), "");
    } catch (JsonException | EvidenceException | IllegalArgumentException e) {
      return new Found(Optional.empty(), file + ": " + e.getMessage());
    }
  }

  private static StoredPolicy read(byte[] content, VerifierKey key)
      throws JsonException, EvidenceException {
    Json.Obj json = Json.parse(content);
    Command.Message message = message(json);
    Command command = Command.verified(message, key);
    if (!command.type().equals(TYPE)) {
      throw new IllegalArgumentException("it is a command of type " + command.type());
    }
    return of(command, message, json.text("document").getBytes(StandardCharsets.UTF_8));
  }

  /** Keeps a command whose document is still to be fetched. */
  static void prepare(Path data, Command command, Command.Message message) throws IOException {
    Path file = preparedFile(data);
    Files.createDirectories(file.getParent());
    StateFile.replace(file, json(message).put("id", command.id()).canonical());
  }

  /** The command of this id, if it was kept last. */
  static Optional<Command.Message> prepared(Path data, String id) throws IOException {
    Path file = preparedFile(data);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj json = Json.parse(Files.readAllBytes(file));
      return json.text("id").equals(id) ? Optional.of(message(json)) : Optional.empty();
    } catch (JsonException e) {
      throw new IOException(file + " is damaged: " + e.getMessage() + "; delete it", e);
    }
  }
}
