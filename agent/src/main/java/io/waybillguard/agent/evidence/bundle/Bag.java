package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** BagIt 1.0 (RFC 8493) as far as we use it: SHA-256 manifests over payload and tag files. */
final class Bag {
  static final String DECLARATION = "bagit.txt";
  static final String INFO = "bag-info.txt";
  static final String MANIFEST = "manifest-sha256.txt";
  static final String TAG_MANIFEST = "tagmanifest-sha256.txt";
  static final String PAYLOAD = "data/";

  private Bag() {}

  static byte[] declaration() {
    return "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * One line a file, by name. Percent, CR and LF in a name would need encoding; our names have
   * none.
   */
  static byte[] manifest(SortedMap<String, Hash> hashes) {
    StringBuilder lines = new StringBuilder();
    hashes.forEach((name, hash) -> lines.append(hash.hex()).append("  ").append(name).append('\n'));
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a manifest.
   *
   * @throws EvidenceException if a line is not {@code <64 hex digits> <name>}, or a name comes
   *     twice
   */
  static SortedMap<String, String> read(String name, byte[] manifest) throws EvidenceException {
    SortedMap<String, String> hashes = new TreeMap<>();
    String text = new String(manifest, StandardCharsets.UTF_8);
    if (!text.endsWith("\n")) {
      throw new EvidenceException(name + " does not end in a newline");
    }
    for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
      if (!line.matches("[0-9a-f]{64}  [^\\r%]+")) {
        throw new EvidenceException(
            name + " has a line that is no \"hash  name\": \"" + line + "\"");
      }
      if (hashes.put(line.substring(66), line.substring(0, 64)) != null) {
        throw new EvidenceException(name + " lists " + line.substring(66) + " twice");
      }
    }
    return hashes;
  }

  /** Files that the tag manifest covers: all outside {@code data/} but itself. */
  static boolean isTag(String name) {
    return !name.startsWith(PAYLOAD) && !name.equals(TAG_MANIFEST);
  }

  /** What one set has that the other lacks, for a message. */
  static String difference(Set<String> listed, Set<String> there) {
    Set<String> missing = new java.util.TreeSet<>(listed);
    missing.removeAll(there);
    Set<String> extra = new java.util.TreeSet<>(there);
    extra.removeAll(listed);
    return "missing " + missing + ", not listed " + extra;
  }

  /** {@code bag-info.txt}. */
  static byte[] info(Map<String, String> fields) {
    StringBuilder lines = new StringBuilder();
    fields.forEach((k, v) -> lines.append(k).append(": ").append(v).append('\n'));
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }
}
