package io.waybillguard.hq.trust;

import io.waybillguard.agent.event.WaybillKey;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.store.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every key of HQ, in the folder {@code keys} of its data: {@code ca.key} and {@code ca.crt}, and
 * for each of {@code witness1}, {@code mirror1} and {@code commands1} a {@code .key} and a {@code
 * .vkey}. Made together at the first start and never changed; none is used for two things. Later
 * came {@code waybills.key}, which an HQ that is older gets at its next start.
 */
public final class HqKeys {
  /** The domain that keys are named after unless one is given. */
  public static final String DEFAULT_DOMAIN = "hq.waybill-guard.local";

  private static final Pattern DOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,118}[a-z0-9])?");
  private static final String WITNESS = "witness1";
  private static final String MIRROR = "mirror1";
  private static final String COMMANDS = "commands1";
  private static final String WAYBILLS = "waybills.key";

  private final Path folder;
  private final CertificateAuthority ca;
  private final SigningKey witness;
  private final SigningKey mirror;
  private final SigningKey commands;
  private final Optional<WaybillKey> waybills;

  private HqKeys(Path folder) throws IOException, GeneralSecurityException, EvidenceException {
    this.folder = folder;
    this.ca =
        new CertificateAuthority(
            Pem.certificate(Files.readAllBytes(folder.resolve("ca.crt"))),
            Pem.ecKey(Files.readAllBytes(folder.resolve("ca.key"))));
    this.witness = signing(WITNESS);
    this.mirror = signing(MIRROR);
    this.commands = signing(COMMANDS);
    Path waybillKey = folder.resolve(WAYBILLS);
    this.waybills =
        Files.exists(waybillKey)
            ? Optional.of(new WaybillKey(Files.readAllBytes(waybillKey)))
            : Optional.empty();
  }

  private SigningKey signing(String name) throws IOException, EvidenceException {
    String vkey = Files.readString(folder.resolve(name + ".vkey")).strip();
    return SigningKey.decode(
        VerifierKey.parse(vkey), Files.readAllBytes(folder.resolve(name + ".key")));
  }

  /** Whether a data folder has keys. */
  public static boolean areIn(Path data) {
    return Files.isDirectory(data.resolve("keys"));
  }

  /** Whether keys may be named after this domain. */
  public static boolean isDomain(String domain) {
    return DOMAIN.matcher(domain).matches();
  }

  /**
   * Makes the keys of a data folder that has none. They appear together: a start that is cut short
   * leaves only {@code keys.part}, which the next one removes.
   *
   * @param domain as {@link #isDomain} takes it; the keys are {@code <domain>/witness1} and so on
   */
  public static HqKeys create(Path data, String domain, Instant now)
      throws IOException, GeneralSecurityException, EvidenceException {
    Path part = data.resolve("keys.part");
    if (Files.isDirectory(part)) {
      try (Stream<Path> leftovers = Files.list(part)) {
        for (Path leftover : leftovers.toList()) {
          Files.delete(leftover);
        }
      }
    }
    DurableFile.makePrivateFolder(part);
    CertificateAuthority ca = CertificateAuthority.create(domain, now);
    DurableFile.write(part.resolve("ca.key"), Pem.of(ca.key()), true);
    DurableFile.write(
        part.resolve("ca.crt"),
        Pem.of(ca.certificate()).getBytes(StandardCharsets.US_ASCII),
        false);
    for (String name : List.of(WITNESS, MIRROR, COMMANDS)) {
      byte type = name.equals(COMMANDS) ? VerifierKey.SIGNER : VerifierKey.COSIGNER;
      KeyPair pair = SigningKey.freshPair();
      SigningKey key = SigningKey.of(domain + "/" + name, type, pair);
      DurableFile.write(part.resolve(name + ".key"), key.encode(), true);
      DurableFile.write(
          part.resolve(name + ".vkey"),
          (key.verifier() + "\n").getBytes(StandardCharsets.UTF_8),
          false);
    }
    Files.move(part, data.resolve("keys"), StandardCopyOption.ATOMIC_MOVE);
    DurableFile.syncFolder(data);
    return open(data);
  }

  /**
   * Reads the keys of a data folder, and makes what an older HQ did not have. Only one process may
   * do so at a time: whoever starts alone.
   */
  public static HqKeys openForServer(Path data)
      throws IOException, GeneralSecurityException, EvidenceException {
    Path waybillKey = data.resolve("keys").resolve(WAYBILLS);
    if (!Files.exists(waybillKey)) {
      byte[] secret = new byte[WaybillKey.BYTES];
      new SecureRandom().nextBytes(secret);
      DurableFile.write(waybillKey, secret, true);
    }
    return open(data);
  }

  /** Reads the keys of a data folder. */
  public static HqKeys open(Path data)
      throws IOException, GeneralSecurityException, EvidenceException {
    return new HqKeys(data.resolve("keys"));
  }

  /** The certificate authority. */
  public CertificateAuthority ca() {
    return ca;
  }

  /** Signs heads that HQ has seen and found consistent. */
  public SigningKey witness() {
    return witness;
  }

  /** Signs heads whose bytes HQ holds. */
  public SigningKey mirror() {
    return mirror;
  }

  /** Signs commands to agents. */
  public SigningKey commands() {
    return commands;
  }

  /**
   * What tells by which tags records about a waybill number are found; each log has a key that is
   * derived from it. Absent until this version has served once.
   */
  public Optional<WaybillKey> waybills() {
    return waybills;
  }

  /** The domain that the keys are named after. */
  public String domain() {
    String name = witness.verifier().name();
    return name.substring(0, name.length() - WITNESS.length() - 1);
  }

  Path folder() {
    return folder;
  }
}
