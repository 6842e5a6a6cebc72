package io.waybillguard.agent.evidence;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * One signature line of a signed note: {@code — name base64(id ‖ signature)}.
 *
 * @param name the key's name
 * @param blob key id and signature in canonical base64
 */
public record NoteSignature(String name, String blob) {
  private static final String DASH = "\u2014 ";
  private static final int ID_LENGTH = 4;

  /** A line of a key that has just signed: 64 signature bytes of a signer, 72 of a cosigner. */
  static NoteSignature of(VerifierKey key, byte[] signature) {
    ByteBuffer bytes = ByteBuffer.allocate(ID_LENGTH + signature.length);
    return new NoteSignature(
        key.name(), Base64Text.encode(bytes.putInt(key.id()).put(signature).array()));
  }

  /**
   * Reads a line without its newline.
   *
   * @throws EvidenceException if it is not one
   */
  public static NoteSignature parse(String line) throws EvidenceException {
    int space = line.lastIndexOf(' ');
    if (!line.startsWith(DASH) || space < DASH.length()) {
      throw new EvidenceException("not a signature line: \"" + line + "\"");
    }
    String name = line.substring(DASH.length(), space);
    VerifierKey.checkName(name);
    String blob = line.substring(space + 1);
    if (Base64Text.decode(blob).length <= ID_LENGTH) {
      throw new EvidenceException("the signature of " + name + " is empty");
    }
    return new NoteSignature(name, blob);
  }

  /** Whether the line claims to be this key's. */
  public boolean isBy(VerifierKey key) {
    return name.equals(key.name()) && keyId() == key.id();
  }

  /** The id of the key, four bytes big-endian. */
  public int keyId() {
    return ByteBuffer.wrap(bytes()).getInt();
  }

  /** What follows the key id: 64 bytes of a signer, 72 of a cosigner. */
  public byte[] signature() {
    byte[] bytes = bytes();
    return Arrays.copyOfRange(bytes, ID_LENGTH, bytes.length);
  }

  private byte[] bytes() {
    return Base64.getDecoder().decode(blob);
  }

  /** The line with its newline. */
  public String line() {
    return DASH + name + " " + blob + "\n";
  }
}
