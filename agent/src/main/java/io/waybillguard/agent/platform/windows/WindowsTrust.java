package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.SignatureTrust;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Windows thinks of who signed a program: of the signature in the file, and where there is
 * none, of a catalogue's, which is how most of Windows' own programs are signed.
 *
 * <p>What is asked: that the file is as it was signed, that the certificate leads to one that this
 * PC trusts, what this PC itself was told not to trust. What is not: whether the certificate was
 * withdrawn, and anything else that would have to be fetched, so a chain with a part missing here
 * is "untrusted" and not "bad".
 */
public final class WindowsTrust implements SignatureTrust {
  private static final Logger LOG = LoggerFactory.getLogger(WindowsTrust.class);

  // winerror.h
  static final int TRUSTED = 0;
  static final int TRUST_E_PROVIDER_UNKNOWN = 0x800B0001;
  static final int TRUST_E_SUBJECT_FORM_UNKNOWN = 0x800B0003;
  static final int TRUST_E_SUBJECT_NOT_TRUSTED = 0x800B0004;
  static final int TRUST_E_NOSIGNATURE = 0x800B0100;
  static final int CERT_E_EXPIRED = 0x800B0101;
  static final int CERT_E_UNTRUSTEDROOT = 0x800B0109;
  static final int CERT_E_CHAINING = 0x800B010A;
  static final int CERT_E_REVOKED = 0x800B010C;
  static final int TRUST_E_EXPLICIT_DISTRUST = 0x800B0111;

  /**
   * What Windows answers.
   *
   * @param code of winerror.h
   * @param certificate of who signed, as far as it was told
   * @param catalogue the file name of the catalogue, or ""
   */
  record Answer(int code, Certificate certificate, String catalogue) {}

  /** The two questions. */
  interface Asker {
    /** Of the signature in the file. */
    Answer embedded(Path file) throws IOException;

    /** Of a catalogue's; empty when no catalogue knows the file. */
    Optional<Answer> byCatalogue(Path file) throws IOException;
  }

  private final Asker asker;

  private WindowsTrust(Asker asker) {
    this.asker = asker;
  }

  /**
   * That of this system. Wine answers that it trusts anybody, so there it is not asked.
   *
   * @return {@link SignatureTrust#NONE} under Wine
   */
  public static SignatureTrust here() {
    return WindowsVersion.isWine() ? NONE : new WindowsTrust(new WinTrust(Libraries.HERE));
  }

  /** For tests: asks somebody else. */
  static WindowsTrust asking(Asker asker) {
    return new WindowsTrust(asker);
  }

  @Override
  public Verdict ask(Path file) {
    try {
      Answer own = asker.embedded(file);
      if (!isUnsigned(own.code())) {
        return verdict(own);
      }
      return asker
          .byCatalogue(file)
          .map(WindowsTrust::verdict)
          .orElse(new Verdict(Standing.UNSIGNED, "", "", Certificate.NOT_TOLD));
    } catch (IOException | UnsatisfiedLinkError e) {
      LOG.debug("Windows does not say whether it trusts {}: {}", file, e.toString());
      return new Verdict(
          Standing.UNKNOWN, String.valueOf(e.getMessage()), "", Certificate.NOT_TOLD);
    }
  }

  private static boolean isUnsigned(int code) {
    return code == TRUST_E_NOSIGNATURE
        || code == TRUST_E_SUBJECT_FORM_UNKNOWN
        || code == TRUST_E_PROVIDER_UNKNOWN;
  }

  private static Verdict verdict(Answer answer) {
    Standing standing =
        switch (answer.code()) {
          case TRUSTED -> Standing.TRUSTED;
          case CERT_E_EXPIRED -> Standing.EXPIRED;
          case CERT_E_REVOKED -> Standing.REVOKED;
          case TRUST_E_EXPLICIT_DISTRUST, TRUST_E_SUBJECT_NOT_TRUSTED -> Standing.DISTRUSTED;
          case CERT_E_UNTRUSTEDROOT, CERT_E_CHAINING -> Standing.UNTRUSTED;
          default -> Standing.UNKNOWN;
        };
    return new Verdict(
        standing,
        standing == Standing.TRUSTED ? "" : "Windows says " + hex(answer.code()),
        answer.catalogue(),
        answer.certificate());
  }

  /** As Microsoft's pages name them: {@code 0x800b0109}. */
  private static String hex(int code) {
    return "0x" + java.util.HexFormat.of().toHexDigits(code);
  }
}
