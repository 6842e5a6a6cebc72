package io.waybillguard.agent.event;

/** OCSF {@code severity_id}. */
public enum Severity {
  INFORMATIONAL(1),
  LOW(2),
  MEDIUM(3),
  HIGH(4),
  CRITICAL(5);

  private final int id;

  Severity(int id) {
    this.id = id;
  }

  static Severity of(long id) {
    for (Severity each : values()) {
      if (each.id == id) {
        return each;
      }
    }
    throw new IllegalArgumentException("no severity has the id " + id);
  }

  /** The graver of two. */
  public static Severity max(Severity a, Severity b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** OCSF {@code severity_id}, 1 to 5. */
  public int id() {
    return id;
  }
}
