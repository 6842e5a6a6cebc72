package io.waybillguard.agent.update;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Release;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * An update as it was ordered, and how far it is. Kept on disk, so that it outlives the agent that
 * took the order.
 *
 * @param id of HQ's command
 * @param note the release, as its key signed it
 * @param release what that says
 * @param minutes how long the new version has to become healthy, 1 to 60
 * @param expires until when the package may be fetched
 * @param from the version that took the order
 * @param stage how far it is
 * @param seeing names of the sensors that saw when the package was handed over
 */
record Plan(
    String id,
    String note,
    Release release,
    long minutes,
    Instant expires,
    String from,
    Stage stage,
    Set<String> seeing) {
  private static final long USUAL_MINUTES = 5;
  private static final long MOST_MINUTES = 60;

  /** How far an update is. */
  enum Stage {
    /** It makes sense, and may not be in the log yet. */
    PREPARED,
    /** Its package is being fetched. */
    FETCHING,
    /** The installer has it, or is about to take it. */
    HANDED_OVER;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Plan {
    seeing = Set.copyOf(seeing);
  }

  /**
   * What a command orders.
   *
   * @param platform of this PC
   * @param from the version that runs here
   * @param key whose packages this PC installs
   * @throws IllegalArgumentException if this PC will not do it; the message says why
   */
  static Plan of(Command command, String platform, String from, VerifierKey key) {
    Json.Obj args = command.args();
    try {
      checkPeople(args.text("asked_by"), args.text("approved_by"));
      long minutes = args.number("minutes", USUAL_MINUTES);
      if (minutes < 1 || minutes > MOST_MINUTES) {
        throw new IllegalArgumentException(
            "\"minutes\" should be 1 to " + MOST_MINUTES + ", not " + minutes);
      }
      for (String note : args.texts("releases")) {
        Release release = Release.verified(note, key);
        if (release.platform().equals(platform)) {
          checkVersion(release.version(), from);
          return new Plan(
              command.id(),
              note,
              release,
              minutes,
              command.expires(),
              from,
              Stage.PREPARED,
              Set.of());
        }
      }
      throw new IllegalArgumentException("it brings no package for " + platform);
    } catch (JsonException | EvidenceException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  /** HQ's word, under its signature; the names are in the record that this command becomes. */
  private static void checkPeople(String askedBy, String approvedBy) {
    if (askedBy.isBlank() || approvedBy.isBlank() || askedBy.equals(approvedBy)) {
      throw new IllegalArgumentException(
          "an update takes two people; this one was asked for by \""
              + askedBy
              + "\" and approved by \""
              + approvedBy
              + "\"");
    }
  }

  private static void checkVersion(String version, String from) {
    if (!Release.isVersion(from)) {
      throw new IllegalArgumentException(
          "version " + from + " here cannot be compared with " + version);
    }
    if (Release.compare(version, from) < 0) {
      throw new IllegalArgumentException(
          "version " + version + " is older than " + from + ", which is here");
    }
  }

  Plan at(Stage next) {
    return new Plan(id, note, release, minutes, expires, from, next, seeing);
  }

  Plan handedOver(Set<String> nowSeeing) {
    return new Plan(
        id, note, release, minutes, expires, from, Stage.HANDED_OVER, new TreeSet<>(nowSeeing));
  }

  Json.Obj json() {
    return Json.object()
        .put("id", id)
        .put("release", note)
        .put("minutes", minutes)
        .put("expires", expires.toEpochMilli())
        .put("from", from)
        .put("stage", stage.word())
        .put("seeing", List.copyOf(new TreeSet<>(seeing)));
  }

  /**
   * What was kept.
   *
   * @throws JsonException if it is damaged
   * @throws EvidenceException if it holds no release
   */
  static Plan of(Json.Obj json) throws JsonException, EvidenceException {
    String note = json.text("release");
    return new Plan(
        json.text("id"),
        note,
        Release.of(note),
        json.number("minutes"),
        Instant.ofEpochMilli(json.number("expires")),
        json.text("from"),
        Stage.valueOf(json.text("stage").toUpperCase(Locale.ROOT)),
        Set.copyOf(json.texts("seeing")));
  }
}
