package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Imprint;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Programs that the company has arranged: by content, by the package that brought them, or by the
 * certificate that signed them. They are recorded as any other; rules are silent on them. Pure.
 *
 * <p>A package counts only while the content is what it brought: a file that was changed, or that
 * the package does not tell the content of, is no program of it. A signer counts only by the hash
 * of its certificate, and only while the file is as it was signed: anybody can make a certificate
 * with another's name.
 */
public final class AllowedFiles {
  /** None. */
  public static final AllowedFiles NONE = new AllowedFiles(List.of());

  private static final String SHA256 = "sha256:";
  private static final String PACKAGE = "package:";
  private static final String SIGNER = "signer:";

  private final Set<String> hashes = new HashSet<>();
  private final Set<String> packages = new HashSet<>();
  private final Set<String> signers = new HashSet<>();

  /**
   * @param allowed each {@code sha256:} and a hash in hex, {@code package:} and a name, or {@code
   *     signer:} and the hash of a certificate in hex
   */
  public AllowedFiles(List<String> allowed) {
    for (String one : allowed) {
      if (one.startsWith(SHA256)) {
        hashes.add(one.substring(SHA256.length()).toLowerCase(Locale.ROOT));
      } else if (one.startsWith(PACKAGE)) {
        packages.add(one.substring(PACKAGE.length()));
      } else if (one.startsWith(SIGNER)) {
        signers.add(one.substring(SIGNER.length()).toLowerCase(Locale.ROOT));
      } else {
        throw new IllegalArgumentException(
            one + " should begin with " + SHA256 + ", " + PACKAGE + " or " + SIGNER);
      }
    }
  }

  /** Whether a file is one of them. */
  public boolean include(FileRef file) {
    return (!file.sha256().isEmpty() && hashes.contains(file.sha256()))
        || (file.traits().packaged() == FileTraits.Packaged.AS_PACKAGED
            && packages.contains(file.traits().packageName()))
        || isSigned(file.traits().imprint().signature());
  }

  private boolean isSigned(Imprint.Signature signature) {
    return signature.state().isOfItsSigner() && signers.contains(signature.sha256());
  }
}
