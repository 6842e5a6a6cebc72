package io.waybillguard.agent.platform;

import java.nio.file.Path;

/** What the system thinks of who signed a program. One thread. */
public interface SignatureTrust {
  /** A system that has no opinion. */
  SignatureTrust NONE = file -> Verdict.UNKNOWN;

  /**
   * Asks. Never fails: what cannot be told is unknown. Nothing is fetched from the network. Takes
   * as long as the file takes to be read.
   *
   * @param file a program
   */
  Verdict ask(Path file);

  /** How the system stands to it. */
  enum Standing {
    /** It cannot be told. */
    UNKNOWN,
    /** Neither the file nor a catalogue of the system holds a signature of it. */
    UNSIGNED,
    /** The file is as it was signed, and the system trusts who signed it. */
    TRUSTED,
    /** The certificate had run out, and no time stamp says that it had not when it signed. */
    EXPIRED,
    /** The system knows that the certificate was withdrawn. */
    REVOKED,
    /** Somebody told this system not to trust it. */
    DISTRUSTED,
    /** Nobody whom this system trusts vouches for the certificate, as far as it can tell alone. */
    UNTRUSTED
  }

  /**
   * The answer.
   *
   * @param detail the system's word where it is not trusted, or why it cannot be told; "" otherwise
   * @param catalogue the name of the system's catalogue that holds the signature; "" for the file's
   *     own
   * @param certificate of who signed, DER; "" in bytes when it was not told
   */
  record Verdict(Standing standing, String detail, String catalogue, Certificate certificate) {
    /** Nothing can be said. */
    public static final Verdict UNKNOWN =
        new Verdict(Standing.UNKNOWN, "", "", Certificate.NOT_TOLD);
  }

  /** Bytes of a certificate, that compare by content. */
  final class Certificate {
    /** None was told. */
    public static final Certificate NOT_TOLD = new Certificate(new byte[0]);

    private final byte[] der;

    /**
     * @param der as X.509 encodes it
     */
    public Certificate(byte[] der) {
      this.der = der.clone();
    }

    /** As X.509 encodes it; empty when none was told. */
    public byte[] der() {
      return der.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Certificate it && java.util.Arrays.equals(der, it.der);
    }

    @Override
    public int hashCode() {
      return java.util.Arrays.hashCode(der);
    }

    @Override
    public String toString() {
      return der.length + " bytes";
    }
  }
}
