package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.WaybillKey;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.RenewReply;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What this PC knows of the HQ that it belongs to; kept in the data folder.
 *
 * @param hq base address, {@code https://host:port}
 * @param origin the log that was enrolled
 * @param log the log's first key, as HQ pinned it
 * @param outlet the outlet's code
 * @param chain certificates in PEM form: our own first, HQ's CA last
 * @param witness key of head cosignatures ("seen")
 * @param mirror key of mirror cosignatures ("hold")
 * @param command key that signs commands
 * @param waybills what tags waybill numbers; absent while HQ has given none
 */
public record Enrolment(
    URI hq,
    String origin,
    VerifierKey log,
    String outlet,
    List<String> chain,
    VerifierKey witness,
    VerifierKey mirror,
    VerifierKey command,
    Optional<WaybillKey> waybills) {
  private static final String FILE = "enrolment.json";
  private static final String WAYBILL_KEY = "waybill_key";

  public Enrolment {
    chain = List.copyOf(chain);
  }

  /** With an HQ that gives no key for waybill numbers. */
  public Enrolment(
      URI hq,
      String origin,
      VerifierKey log,
      String outlet,
      List<String> chain,
      VerifierKey witness,
      VerifierKey mirror,
      VerifierKey command) {
    this(hq, origin, log, outlet, chain, witness, mirror, command, Optional.empty());
  }

  /**
   * The same with what a renewal brought. A key for waybill numbers is kept when the answer has
   * none, as that of an HQ that was set back to an older version.
   */
  Enrolment renewed(RenewReply reply) {
    return new Enrolment(
        hq,
        origin,
        log,
        outlet,
        reply.chain(),
        witness,
        mirror,
        command,
        reply.waybillKey().or(() -> waybills));
  }

  /** The file in a data folder. */
  public static Path file(Path data) {
    return data.resolve(FILE);
  }

  /**
   * The enrolment in a data folder; empty when this PC belongs to no HQ yet.
   *
   * @throws IOException if the file cannot be read or is damaged; the message says what to do
   */
  public static Optional<Enrolment> load(Path data) throws IOException {
    Path file = file(data);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj json = Json.parse(Files.readAllBytes(file));
      return Optional.of(
          new Enrolment(
              URI.create(json.text("hq")),
              json.text("origin"),
              VerifierKey.parse(json.text("log_vkey")),
              json.text("outlet"),
              json.texts("chain"),
              VerifierKey.parse(json.text("witness_vkey")),
              VerifierKey.parse(json.text("mirror_vkey")),
              VerifierKey.parse(json.text("command_vkey")),
              json.has(WAYBILL_KEY)
                  ? Optional.of(new WaybillKey(Base64.getDecoder().decode(json.text(WAYBILL_KEY))))
                  : Optional.empty()));
    } catch (JsonException | EvidenceException | IllegalArgumentException e) {
      throw new IOException(
          file + " is damaged (" + e.getMessage() + "); enrol again with a new token", e);
    }
  }

  /** Keeps it, durably. */
  public void save(Path data) throws IOException {
    Json.Obj json =
        Json.object()
            .put("hq", hq.toString())
            .put("origin", origin)
            .put("log_vkey", log.toString())
            .put("outlet", outlet)
            .put("chain", chain)
            .put("witness_vkey", witness.toString())
            .put("mirror_vkey", mirror.toString())
            .put("command_vkey", command.toString());
    waybills.ifPresent(
        key -> json.put(WAYBILL_KEY, Base64.getEncoder().encodeToString(key.bytes())));
    SecretFile.write(file(data), json.canonical());
  }
}
