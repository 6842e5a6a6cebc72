package io.waybillguard.agent.app;

/**
 * One line of what {@code doctor} found.
 *
 * @param what was looked at; also the last part of the words' key {@code doctor.what.}, but for a
 *     sensor, which is {@code sensor.} and its name
 * @param health how it is
 * @param detail what was found
 * @param remedy what to do; "" when nothing is
 */
record Diagnosis(String what, Health health, String detail, String remedy) {
  private static final String SENSOR = "sensor.";

  /** How something is. */
  enum Health {
    GOOD,
    /** It works, though not as far as it could; the detail says where it does not. */
    PARTLY,
    BAD,
    /** It cannot be told here, and the detail says why. That is no fault. */
    UNKNOWN
  }

  /** A line about a sensor. */
  static Diagnosis sensor(String name, Health health, String detail, String remedy) {
    return new Diagnosis(SENSOR + name, health, detail, remedy);
  }

  /** What was looked at, as people call it. */
  String title(Words words) {
    return what.startsWith(SENSOR)
        ? words.sensor(what.substring(SENSOR.length()))
        : words.say("doctor.what." + what);
  }

  static Diagnosis good(String what, String detail) {
    return new Diagnosis(what, Health.GOOD, detail, "");
  }

  static Diagnosis bad(String what, String detail, String remedy) {
    return new Diagnosis(what, Health.BAD, detail, remedy);
  }

  static Diagnosis unknown(String what, String detail) {
    return new Diagnosis(what, Health.UNKNOWN, detail, "");
  }
}
