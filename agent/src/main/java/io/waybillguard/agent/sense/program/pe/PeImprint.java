package io.waybillguard.agent.sense.program.pe;

import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Imprint.Signature;
import io.waybillguard.agent.event.Imprint.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a Windows program says of itself and who signed it, on any system: the headers are read at
 * once, and the digest that was signed is worked out from the bytes as they are read for the hash.
 *
 * <p>The digest is of the whole file without its checksum, the entry that leads to the signatures,
 * and these; where a linker left unused bytes between two sections, which none does, Windows would
 * leave them out too.
 */
public final class PeImprint {
  private static final int MOST_TEXT = 200;

  private final Imprint said;
  private final @Nullable Authenticode signed;
  private final @Nullable MessageDigest digest;
  private final long[] skipped;
  private Imprint told;

  private PeImprint(
      Imprint said, @Nullable Authenticode signed, @Nullable MessageDigest digest, long[] skipped) {
    this.said = said;
    this.signed = signed;
    this.digest = digest;
    this.skipped = skipped;
    this.told =
        signed == null
            ? said
            : with(
                State.NOT_ASKED, signed.certificate(), "not checked: the file was not read whole");
  }

  /**
   * Reads what the headers lead to; never fails for what is written there.
   *
   * @param file its position is changed
   * @throws IOException if it cannot be read
   */
  public static PeImprint of(SeekableByteChannel file) throws IOException {
    PeFile pe;
    try {
      pe = PeFile.of(file);
    } catch (DamagedException e) {
      return new PeImprint(Imprint.NONE, null, null, new long[0]);
    }
    VersionInfo version = version(pe);
    try {
      if (pe.certificatesAt() == 0 || pe.certificatesSize() == 0) {
        return new PeImprint(said(version, Signature.MISSING), null, null, new long[0]);
      }
      Authenticode signed = Authenticode.read(pe.certificates());
      long[] skipped = {
        pe.checksumAt(),
        pe.checksumAt() + 4,
        pe.certificatesEntryAt(),
        pe.certificatesEntryAt() + 8,
        pe.certificatesAt(),
        pe.certificatesAt() + pe.certificatesSize()
      };
      return new PeImprint(
          said(version, Signature.NOT_ASKED),
          signed,
          MessageDigest.getInstance(signed.algorithm()),
          skipped);
    } catch (DamagedException | GeneralSecurityException e) {
      Signature broken =
          new Signature(State.BROKEN, "", "", "", "", String.valueOf(e.getMessage()));
      return new PeImprint(said(version, broken), null, null, new long[0]);
    }
  }

  private static VersionInfo version(PeFile pe) throws IOException {
    try {
      Optional<byte[]> raw = pe.version();
      return VersionInfo.of(raw.orElseGet(() -> new byte[0]));
    } catch (DamagedException e) {
      return VersionInfo.of(new byte[0]);
    }
  }

  private static Imprint said(VersionInfo version, Signature signature) {
    return new Imprint(
        cut(version.text("CompanyName")),
        cut(version.text("ProductName")),
        cut(version.version()),
        cut(version.text("OriginalFilename")),
        signature);
  }

  private static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "…";
  }

  /**
   * Takes the next bytes of the file.
   *
   * @param at where in the file they begin
   */
  public void update(ByteBuffer bytes, long at) {
    MessageDigest wanted = digest;
    if (wanted == null) {
      return;
    }
    int start = bytes.position();
    long end = at + bytes.remaining();
    long from = at;
    for (int i = 0; i < skipped.length; i += 2) {
      take(wanted, bytes, start, at, from, Math.min(end, skipped[i]));
      from = Math.max(from, skipped[i + 1]);
    }
    take(wanted, bytes, start, at, from, end);
  }

  private static void take(
      MessageDigest digest, ByteBuffer bytes, int start, long at, long from, long to) {
    if (from < to) {
      ByteBuffer part = bytes.duplicate();
      part.limit((int) (start + to - at)).position((int) (start + from - at));
      digest.update(part);
    }
  }

  /** Compares: {@link #update} was given the whole file. */
  public void end() {
    Authenticode by = signed;
    MessageDigest made = digest;
    if (by != null && made != null) {
      told =
          by.isOf(made.digest())
              ? with(State.INTACT, by.certificate(), "")
              : with(
                  State.CHANGED, by.certificate(), "the file is not as it was when it was signed");
    }
  }

  /** What was found out so far. */
  public Imprint told() {
    return told;
  }

  private Imprint with(State state, X509Certificate by, String detail) {
    return new Imprint(
        said.company(),
        said.product(),
        said.version(),
        said.originalName(),
        signature(state, by, detail, ""));
  }

  /**
   * A signature by the owner of a certificate.
   *
   * @param catalogue that holds it, or ""
   */
  public static Signature signature(
      State state, X509Certificate by, String detail, String catalogue) {
    String sha256;
    try {
      sha256 =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(by.getEncoded()));
    } catch (CertificateEncodingException | java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("a certificate that was read has no bytes", e);
    }
    return new Signature(
        state,
        name(by.getSubjectX500Principal().getName()),
        name(by.getIssuerX500Principal().getName()),
        by.getSerialNumber().toString(16).toLowerCase(Locale.ROOT),
        sha256,
        detail,
        catalogue);
  }

  /**
   * The common name, or else all of it.
   *
   * @param distinguished in the form of RFC 2253: parts with commas between, where a backslash
   *     stands before a comma that is none
   */
  static String name(String distinguished) {
    for (String part : distinguished.split("(?<!\\\\),", -1)) {
      if (part.startsWith("CN=")) {
        return cut(part.substring(3).replaceAll("\\\\(.)", "$1"));
      }
    }
    return cut(distinguished);
  }
}
