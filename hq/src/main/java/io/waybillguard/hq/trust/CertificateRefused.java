package io.waybillguard.hq.trust;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A certificate that was given is not one that HQ can show to people. */
public final class CertificateRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final List<String> details;

  CertificateRefused(String key, Path file, String... details) {
    super(file + ": " + key + " " + String.join("; ", details));
    this.key = key;
    this.details = Stream.concat(Stream.of(file.toString()), Stream.of(details)).toList();
  }

  /** Which sentence says it. */
  public String key() {
    return key;
  }

  /** What goes into the sentence: the file first. */
  public List<String> details() {
    return details;
  }
}
