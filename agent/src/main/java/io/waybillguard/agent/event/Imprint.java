package io.waybillguard.agent.event;

import java.util.List;
import java.util.Locale;

/**
 * What a program file says of itself, and who signed it. Anybody can write the first four; the
 * signature says what was checked of it, and no more.
 *
 * @param company who made it, or ""
 * @param product what it is part of, or ""
 * @param version or ""
 * @param originalName the name that it was made under, or ""
 * @param signature in the file itself, or in a catalogue of the system
 */
public record Imprint(
    String company, String product, String version, String originalName, Signature signature) {
  /** Of a file that has none, or was not asked. */
  public static final Imprint NONE = new Imprint("", "", "", "", Signature.NOT_ASKED);

  /** OCSF {@code digital_signature.algorithm_id}: Authenticode. */
  private static final int AUTHENTICODE = 4;

  /** How a signature stands to the file. */
  public enum State {
    /** It is no file of a kind that carries one, or was not read. */
    NOT_ASKED(0),
    /** The file carries none, nor does a catalogue of the system where it was asked for one. */
    NONE(0),
    /**
     * The file carries none. Whether a catalogue of the system holds one could not be asked; the
     * detail says why.
     */
    UNCHECKED(0),
    /**
     * The file is as it was when it was signed with the key of the certificate that is named.
     * Whether anybody vouches for that certificate, or it was withdrawn, was not checked.
     */
    INTACT(0),
    /**
     * Intact, and Windows trusts who signed it, by the certificates that this PC knows. Whether the
     * certificate was withdrawn was not asked of anybody.
     */
    TRUSTED(1),
    /** Intact, but the certificate had run out, and nothing proves that it had not at the time. */
    EXPIRED(2),
    /** This PC knows that the certificate was withdrawn. */
    REVOKED(3),
    /**
     * Intact, but nobody whom this PC trusts vouches for the certificate, as far as it can tell.
     */
    UNTRUSTED(6),
    /** This PC was told not to trust it. */
    DISTRUSTED(7),
    /** The file is not as it was when it was signed. */
    CHANGED(9),
    /** What is in the place of a signature is none, or was not made with the named key. */
    BROKEN(10);

    /** OCSF {@code digital_signature.state_id}. */
    private final int id;

    State(int id) {
      this.id = id;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether there is a signature of which something could be told. */
    private boolean isThere() {
      return this != NOT_ASKED && this != NONE && this != UNCHECKED;
    }

    /**
     * Whether the file is what was signed with the certificate that is named, whoever vouches for
     * that, and nobody took the certificate back.
     */
    public boolean isOfItsSigner() {
      return this == INTACT || this == TRUSTED || this == EXPIRED || this == UNTRUSTED;
    }
  }

  /**
   * A signature.
   *
   * @param signer the name in the certificate of who signed, or ""
   * @param issuer the name of who made that certificate, or ""
   * @param serial of the certificate, hex, or ""
   * @param sha256 of the certificate, lower-case hex, or ""
   * @param detail why it is broken, not trusted or was not checked, or ""
   * @param catalogue the system's catalogue that holds it; "" for one in the file itself
   */
  public record Signature(
      State state,
      String signer,
      String issuer,
      String serial,
      String sha256,
      String detail,
      String catalogue) {
    /** Nobody asked. */
    public static final Signature NOT_ASKED = new Signature(State.NOT_ASKED, "", "", "", "", "");

    /** The file carries none. */
    public static final Signature MISSING = new Signature(State.NONE, "", "", "", "", "");

    /** One in the file itself. */
    public Signature(
        State state, String signer, String issuer, String serial, String sha256, String detail) {
      this(state, signer, issuer, serial, sha256, detail, "");
    }

    /** OCSF {@code digital_signature}. */
    private Json.Obj json() {
      Json.Obj json =
          Json.object()
              .put("algorithm_id", AUTHENTICODE)
              .put("state_id", state.id)
              .put("state", state.word());
      if (!sha256.isEmpty()) {
        json.put(
            "certificate",
            Json.object()
                .put("subject", signer)
                .put("issuer", issuer)
                .put("serial_number", serial)
                .put("fingerprints", List.of(Ocsf.sha256(sha256))));
      }
      return json;
    }

    private static Signature recalled(Recalled json, Recalled unmapped) throws JsonException {
      String sha256 = "";
      for (Recalled one : json.parts("certificate.fingerprints")) {
        sha256 = one.text("value");
      }
      String state = json.text("state");
      return new Signature(
          state.isEmpty()
              ? State.valueOf(
                  unmapped.text("signature").isEmpty()
                      ? State.NOT_ASKED.name()
                      : unmapped.text("signature").toUpperCase(Locale.ROOT))
              : State.valueOf(state.toUpperCase(Locale.ROOT)),
          json.text("certificate.subject"),
          json.text("certificate.issuer"),
          json.text("certificate.serial_number"),
          sha256,
          unmapped.text("signature_detail"),
          unmapped.text("signature_catalogue"));
    }
  }

  /** The parts for which OCSF's {@code file} has a place. */
  void into(Json.Obj file) {
    file.putUnlessEmpty("company_name", company).putUnlessEmpty("version", version);
    if (signature.state.isThere()) {
      file.put("signature", signature.json());
    }
  }

  /** The parts that OCSF has no place for. */
  Ocsf unmappedInto(Ocsf ocsf) {
    // Without a signature there is no object that could say so.
    return ocsf.unmapped("product", product)
        .unmapped("original_name", originalName)
        .unmapped(
            "signature",
            signature.state.isThere() || signature.state == State.NOT_ASKED
                ? ""
                : signature.state.word())
        .unmapped("signature_detail", signature.detail)
        .unmapped("signature_catalogue", signature.catalogue);
  }

  /** What {@link #into} and {@link #unmappedInto} wrote. */
  static Imprint recalled(Recalled file, Recalled unmapped) throws JsonException {
    return new Imprint(
        file.text("company_name"),
        unmapped.text("product"),
        file.text("version"),
        unmapped.text("original_name"),
        Signature.recalled(file.in("signature"), unmapped));
  }
}
