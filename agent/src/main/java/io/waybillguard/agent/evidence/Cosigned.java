package io.waybillguard.agent.evidence;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What the cosignatures in a set of checked notes prove. */
public final class Cosigned {
  private Cosigned() {}

  /**
   * Refuses lines of nobody that is known, lines that do not hold, and second lines of one key. A
   * damaged line would otherwise pass as one of an unknown key; inside evidence there are no
   * unknown keys. Where nobody is known, nothing can be said of cosigners.
   *
   * @param known the witnesses that are pinned, and those that the evidence itself names: the
   *     latter prove nothing, but their lines must hold all the same
   */
  public static void refuseStrangers(
      SignedNote note,
      VerifierKey signer,
      Collection<VerifierKey> known,
      Verdict.Draft draft,
      String what) {
    Set<String> seen = new HashSet<>();
    for (NoteSignature line : note.signatures()) {
      if (!seen.add(line.name() + '+' + line.keyId())) {
        draft.refuse(what, "carries two signatures of " + line.name());
      }
      if (line.isBy(signer) || known.isEmpty()) {
        continue;
      }
      Optional<VerifierKey> witness = known.stream().filter(line::isBy).findFirst();
      if (witness.isEmpty()) {
        draft.refuse(
            what,
            "carries a signature of "
                + line.name()
                + ", which is neither the log's key nor a witness that is given or named");
      } else if (Cosignature.verified(line, note.text(), witness.get()).isEmpty()) {
        draft.refuse(what, "carries a cosignature of " + line.name() + " that does not hold");
      }
    }
  }

  /** Says up to where which witness has cosigned, and when. */
  public static void conclude(Collection<SignedNote> notes, Pins pins, Verdict.Draft draft) {
    if (pins.witnesses().isEmpty()) {
      draft.notProved("witness_not_given");
      return;
    }
    for (VerifierKey witness : pins.witnesses()) {
      long size = -1;
      Instant at = Instant.EPOCH;
      for (SignedNote note : notes) {
        Optional<Cosignature> cosignature = note.cosignedBy(witness);
        if (cosignature.isPresent()) {
          size = sizeOf(note);
          at = cosignature.get().at();
        }
      }
      if (size >= 0) {
        draft.proved("cosigned", size, witness.name(), at);
      } else {
        draft.notProved("not_cosigned", witness.name());
      }
    }
  }

  private static long sizeOf(SignedNote note) {
    try {
      return Checkpoint.parse(note.text()).size();
    } catch (EvidenceException e) {
      throw new IllegalStateException("a note that was checked a moment ago", e);
    }
  }
}
