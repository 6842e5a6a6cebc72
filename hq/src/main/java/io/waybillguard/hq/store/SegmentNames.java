package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Hash;
import java.util.regex.Pattern;

/** What the names of segments say of their content: the first half of its SHA-256, at their end. */
final class SegmentNames {
  private static final Pattern SAYS_IT = Pattern.compile(".*-[0-9a-f]{16}\\.seg");

  private SegmentNames() {}

  /** The end of the name of a segment with this content. */
  static String ending(byte[] content) {
    return Hash.sha256(content).hex().substring(0, 16) + ".seg";
  }

  /** Whether a name that says its content says another; a name that says none never does. */
  static boolean isOfOther(String name, byte[] content) {
    return SAYS_IT.matcher(name).matches() && !name.endsWith("-" + ending(content));
  }
}
