package io.waybillguard.agent.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A signed note (C2SP signed-note): text that ends in a newline, a blank line, signature lines.
 *
 * @param text with its last newline
 * @param signatures in the order of their lines, at least one
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
  /** More than a witness would ever send; a bound against hostile input. */
  private static final int MOST_SIGNATURES = 32;

  private static final int MOST_BYTES = 64 << 10;

  public SignedNote {
    signatures = List.copyOf(signatures);
  }

  /**
   * Reads a note.
   *
   * @throws EvidenceException if it is not one, byte for byte
   */
  public static SignedNote parse(byte[] bytes) throws EvidenceException {
    if (bytes.length > MOST_BYTES) {
      throw new EvidenceException(
          "a note of " + bytes.length + " bytes; at most " + MOST_BYTES + " are read");
    }
    String note;
    try {
      note =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
    } catch (CharacterCodingException e) {
      throw new EvidenceException("the note is not UTF-8", e);
    }
    return parse(note);
  }

  /** Reads a note that is text already. */
  public static SignedNote parse(String note) throws EvidenceException {
    if (note.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
      throw new EvidenceException("the note holds a control character");
    }
    // The last empty line parts text from signatures; the text may hold empty lines of its own.
    int cut = note.lastIndexOf("\n\n");
    if (cut < 0 || !note.endsWith("\n")) {
      throw new EvidenceException(
          "the note has no blank line before its signatures, or does not end in a newline");
    }
    String lines = note.substring(cut + 2);
    if (lines.isEmpty()) {
      throw new EvidenceException("the note has no signature");
    }
    List<NoteSignature> signatures = new ArrayList<>();
    for (String line : lines.substring(0, lines.length() - 1).split("\n", -1)) {
      if (signatures.size() == MOST_SIGNATURES) {
        throw new EvidenceException("the note has more than " + MOST_SIGNATURES + " signatures");
      }
      signatures.add(NoteSignature.parse(line));
    }
    return new SignedNote(note.substring(0, cut + 1), signatures);
  }

  /**
   * Whether the key signed this text. A line that claims to be the key's and does not verify makes
   * it false.
   */
  public boolean isSignedBy(VerifierKey key) {
    boolean found = false;
    for (NoteSignature s : signatures) {
      if (s.isBy(key)) {
        if (!key.verifies(text.getBytes(StandardCharsets.UTF_8), s.signature())) {
          return false;
        }
        found = true;
      }
    }
    return found;
  }

  /** The cosignature of this key; empty if there is none that verifies. */
  public Optional<Cosignature> cosignedBy(VerifierKey key) {
    for (NoteSignature s : signatures) {
      Optional<Cosignature> cosignature = Cosignature.verified(s, text, key);
      if (cosignature.isPresent()) {
        return cosignature;
      }
    }
    return Optional.empty();
  }

  /** The same note with a line more; a line of the same key is replaced. */
  public SignedNote with(NoteSignature line) {
    List<NoteSignature> lines = new ArrayList<>(signatures);
    lines.removeIf(s -> s.name().equals(line.name()) && s.keyId() == line.keyId());
    lines.add(line);
    return new SignedNote(text, lines);
  }

  /** The note, byte for byte as it is stored and sent. */
  @Override
  public String toString() {
    StringBuilder note = new StringBuilder(text).append('\n');
    signatures.forEach(s -> note.append(s.line()));
    return note.toString();
  }
}
