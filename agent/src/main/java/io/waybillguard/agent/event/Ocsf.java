package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;

/**
 * An event in the terms of the Open Cybersecurity Schema Framework 1.8.0. Source of every class,
 * activity and enum number here: {@code config/schema/ocsf-1.8.0.json}, which a test holds each of
 * our events against.
 *
 * <p>Filled by the event's own record, completed by {@link Desk}; not thread-safe.
 */
public final class Ocsf {
  /** The schema version that {@code metadata.version} names. */
  public static final String VERSION = "1.8.0";

  /** {@code file.type_id}: regular file. */
  public static final int FILE_REGULAR = 1;

  /** {@code file.type_id}: executable file. */
  public static final int FILE_EXECUTABLE = 8;

  /** {@code file.type_id}: folder. */
  public static final int FILE_FOLDER = 2;

  /** The classes that we write, with the category that each belongs to. */
  public enum Kind {
    FILE_SYSTEM_ACTIVITY(1001),
    SCHEDULED_JOB_ACTIVITY(1006),
    PROCESS_ACTIVITY(1007),
    EVENT_LOG_ACTIVITY(1008),
    PERIPHERAL_ACTIVITY(1010),
    DETECTION_FINDING(2004),
    ACCOUNT_CHANGE(3001),
    INCIDENT_FINDING(2005),
    AUTHENTICATION(3002),
    NETWORK_ACTIVITY(4001),
    DEVICE_CONFIG_STATE_CHANGE(5019),
    APPLICATION_LIFECYCLE(6002),
    API_ACTIVITY(6003),
    SCAN_ACTIVITY(6007),
    REMEDIATION_ACTIVITY(7001);

    private final int uid;

    Kind(int uid) {
      this.uid = uid;
    }

    /** OCSF {@code category_uid}: the thousands; an extension (201004) puts its number before. */
    int category() {
      return uid % 100_000 / 1000;
    }

    /** OCSF {@code class_uid}. */
    public int uid() {
      return uid;
    }
  }

  private final Json.Obj event = Json.object();
  private final Json.Obj unmapped = Json.object();

  private Ocsf() {}

  /** An event of this class and activity, with the ids that follow from them. */
  public static Ocsf of(Kind kind, int activity, Severity severity, Instant at) {
    Ocsf ocsf = new Ocsf();
    ocsf.event
        .put("category_uid", kind.category())
        .put("class_uid", kind.uid())
        .put("activity_id", activity)
        .put("type_uid", kind.uid() * 100L + activity)
        .put("severity_id", severity.id())
        .put("time", at.toEpochMilli());
    return ocsf;
  }

  /** Sets a string attribute of the class, unless it is empty. */
  public Ocsf with(String attribute, String value) {
    event.putUnlessEmpty(attribute, value);
    return this;
  }

  /** Sets an integer attribute of the class. */
  public Ocsf with(String attribute, long value) {
    event.put(attribute, value);
    return this;
  }

  /** Sets a yes or no of the class. */
  public Ocsf with(String attribute, boolean value) {
    event.put(attribute, value);
    return this;
  }

  /** Sets an object attribute of the class. */
  public Ocsf with(String attribute, Json.Obj value) {
    event.put(attribute, value);
    return this;
  }

  /** Sets an attribute to a list. */
  public Ocsf with(String attribute, java.util.Collection<?> value) {
    event.put(attribute, value);
    return this;
  }

  /** OCSF {@code duration}: milliseconds. */
  public Ocsf lasting(Duration duration) {
    return with("duration", duration.toMillis());
  }

  /** The process that did it, as {@code actor.process}. */
  public Ocsf by(Json.Obj process) {
    event.put("actor", Json.object().put("process", process));
    return this;
  }

  /** The values that OCSF has no place for, under {@code unmapped}. Empty ones are left out. */
  public Ocsf unmapped(String key, String value) {
    unmapped.putUnlessEmpty(key, value);
    return this;
  }

  /** An integer that OCSF has no place for. */
  public Ocsf unmapped(String key, long value) {
    unmapped.put(key, value);
    return this;
  }

  /** A yes or no that OCSF has no place for. */
  public Ocsf unmapped(String key, boolean value) {
    unmapped.put(key, value);
    return this;
  }

  /** An object that OCSF has no place for. */
  public Ocsf unmapped(String key, Json.Obj value) {
    unmapped.put(key, value);
    return this;
  }

  /** A list that OCSF has no place for. */
  public Ocsf unmapped(String key, java.util.Collection<?> value) {
    unmapped.put(key, value);
    return this;
  }

  /** The event as filled so far; {@link Desk} adds what the log knows. */
  Json.Obj json() {
    if (!unmapped.keys().isEmpty()) {
      event.put("unmapped", unmapped);
    }
    return event;
  }

  /** {@code fingerprint} of a SHA-256 hash: algorithm 3, lower-case hex. */
  static Json.Obj sha256(String hex) {
    return Json.object().put("algorithm_id", 3).put("algorithm", "SHA-256").put("value", hex);
  }

  /** {@code product} object of Waybill Guard itself. */
  public static Json.Obj product(String version) {
    return Json.object()
        .put("name", "Waybill Guard")
        .put("vendor_name", "Waybill Guard")
        .put("version", version);
  }
}
