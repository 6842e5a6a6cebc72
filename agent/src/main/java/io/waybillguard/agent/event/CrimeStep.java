package io.waybillguard.agent.event;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a finding is in the crime, by its rule. */
public enum CrimeStep {
  STICK,
  KEYBOARD,
  PROGRAM,
  AUTOSTART,
  REMOTE_LOGIN,
  IMAGES,
  UPLOAD,
  TAMPER,
  /** No step: a remark in the story, or a rule that this version does not know. */
  REMARK;

  /**
   * How others call what was done: a technique of MITRE ATT&amp;CK for Enterprise.
   *
   * @param uid such as {@code T1091}; the page is {@code attack.mitre.org/techniques/T1091}
   * @param name its name there
   */
  public record Technique(String uid, String name) {}

  private record Known(CrimeStep step, Technique technique) {}

  /** Rules, by id. */
  private static final Map<String, Known> RULES =
      Map.of(
          "unknown-usb-storage",
          new Known(STICK, new Technique("T1200", "Hardware Additions")),
          "unknown-keyboard",
          new Known(KEYBOARD, new Technique("T1200", "Hardware Additions")),
          "program-from-removable-media",
          new Known(PROGRAM, new Technique("T1091", "Replication Through Removable Media")),
          "program-in-hidden-place",
          new Known(PROGRAM, new Technique("T1564.001", "Hidden Files and Directories")),
          "starts-by-itself",
          new Known(AUTOSTART, new Technique("T1547", "Boot or Logon Autostart Execution")),
          "unexpected-remote-session",
          new Known(REMOTE_LOGIN, new Technique("T1219", "Remote Access Tools")),
          "images-taken",
          new Known(IMAGES, new Technique("T1005", "Data from Local System")),
          "images-carried-off",
          new Known(UPLOAD, new Technique("T1567", "Exfiltration Over Web Service")),
          "sensor-silenced",
          new Known(TAMPER, new Technique("T1562.001", "Disable or Modify Tools")));

  /** The step of a rule's findings. */
  public static CrimeStep of(String rule) {
    Known known = RULES.get(rule);
    return known == null ? REMARK : known.step();
  }

  /** What others call what a rule finds; empty for a remark. */
  public static Optional<Technique> technique(String rule) {
    return Optional.ofNullable(RULES.get(rule)).map(Known::technique);
  }

  /** As it stands in documents that others read. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
