package io.waybillguard.agent.config;

/**
 * One setting as it is in force.
 *
 * @param key its whole key, such as {@code report.every}
 * @param value the value in force, as it is written in the file
 * @param standard the default, as it is written in the file
 * @param expected what it may hold
 */
public record Setting(String key, String value, String standard, Expected expected) {
  /**
   * The bytes that a size is.
   *
   * @throws IllegalStateException if it is no size
   */
  public long bytes() {
    return Units.SIZE
        .read(value)
        .orElseThrow(() -> new IllegalStateException(key + " is no size: " + value));
  }
}
