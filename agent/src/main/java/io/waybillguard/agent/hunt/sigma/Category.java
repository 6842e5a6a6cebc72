package io.waybillguard.agent.hunt.sigma;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The kinds of occurrence that rules can be put to, with the fields that a desk can tell of at
 * least some of them. Names are those of the Sigma Taxonomy Appendix.
 */
public enum Category {
  /** A program was started, or runs. */
  PROCESS_CREATION(
      "Image",
      "CommandLine",
      "ParentImage",
      "ParentCommandLine",
      "User",
      "ProcessId",
      "ParentProcessId",
      "Hashes",
      "sha256"),
  /** A file was made, or is there. */
  FILE_EVENT("TargetFilename", "Image", "User", "Hashes", "sha256"),
  /** A value of the registry was set, or is there. */
  REGISTRY_SET("TargetObject", "Details"),
  /** A program sent something to another computer. */
  NETWORK_CONNECTION(
      "Image",
      "User",
      "ProcessId",
      "DestinationIp",
      "DestinationPort",
      "DestinationHostname",
      "Initiated",
      "Protocol");

  @SuppressWarnings("ImmutableEnumChecker") // Set.of makes one that nobody changes
  private final Set<String> fields;

  Category(String... fields) {
    this.fields = Set.of(fields);
  }

  /** The fields that a desk can tell. */
  public Set<String> fields() {
    return fields;
  }

  /** As {@code logsource.category} spells it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Category> of(String word) {
    return Arrays.stream(values()).filter(c -> c.word().equals(word)).findFirst();
  }
}
