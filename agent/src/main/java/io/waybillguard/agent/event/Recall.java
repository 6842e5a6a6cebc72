package io.waybillguard.agent.event;

import java.util.Optional;

/**
 * Observations read back from their bytes, so that rules can be told again what a log holds: after
 * a restart, or to try other settings on it. A path with a waybill number comes back masked.
 */
public final class Recall {
  private Recall() {}

  /**
   * What a record's body says, of the kinds that rules and incidents are told again: observations,
   * incidents and jumps of the clock.
   *
   * @param body body part 0, as {@link Desk#body} made it
   * @return empty for a record of another kind
   * @throws JsonException if the bytes are no event, or one that this version cannot have written
   */
  public static Optional<Event> event(byte[] body) throws JsonException {
    Json.Obj event = Json.parse(body);
    if (code(event).equals("time.jump")) {
      return Optional.of(ClockJumped.recalled(new Recalled(event)));
    }
    Optional<IncidentChanged> incident = incident(event);
    return incident.isPresent()
        ? incident.map(Event.class::cast)
        : observation(event).map(Event.class::cast);
  }

  /**
   * What an event says of an incident.
   *
   * @param event as {@link Desk#body} made it
   * @return empty for a record of another kind
   * @throws JsonException if it is an event that this version cannot have written
   */
  public static Optional<IncidentChanged> incident(Json.Obj event) throws JsonException {
    try {
      return code(event).startsWith("incident.")
          ? Optional.of(IncidentChanged.recalled(new Recalled(event)))
          : Optional.empty();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new JsonException("an event that holds what none can hold: " + e.getMessage(), e);
    }
  }

  /** The same of a record's body. */
  public static Optional<IncidentChanged> incident(byte[] body) throws JsonException {
    return incident(Json.parse(body));
  }

  private static String code(Json.Obj event) {
    return new Recalled(event).text("metadata.event_code");
  }

  /**
   * What a record's body says was observed.
   *
   * @param body body part 0, as {@link Desk#body} made it
   * @return empty for a finding or a note, and for a type that this version does not know
   * @throws JsonException if the bytes are no event, or one that this version cannot have written
   */
  public static Optional<Observation> observation(byte[] body) throws JsonException {
    return observation(Json.parse(body));
  }

  /** The same of an event that is parsed already. */
  public static Optional<Observation> observation(Json.Obj parsed) throws JsonException {
    Recalled event = new Recalled(parsed);
    try {
      return Optional.ofNullable(
          switch (event.text("metadata.event_code")) {
            case "autostart.baseline" -> AutostartBaseline.recalled(event);
            case "autostart.burst" -> AutostartBurst.recalled(event);
            case "autostart.changed", "autostart.gone", "autostart.new" ->
                AutostartChanged.recalled(event);
            case "image.copied", "image.made", "image.moved", "image.packed", "image.read" ->
                ImagesHandled.recalled(event);
            case "net.sent" -> BytesSent.recalled(event);
            case "operator.off" -> OperatorSignedOff.recalled(event);
            case "operator.on" -> OperatorSignedOn.recalled(event);
            case "presence.change" -> PresenceChanged.recalled(event);
            case "proc.start" -> ProgramStarted.recalled(event);
            case "program.burst" -> ProgramsAppeared.recalled(event);
            case "program.new" -> ProgramAppeared.recalled(event);
            case "sensor.back" -> SensorBack.recalled(event);
            case "sensor.blind" -> SensorBlind.recalled(event);
            case "sensor.live" -> SensorLive.recalled(event);
            case "session.end" -> RemoteSessionEnded.recalled(event);
            case "session.refused" -> RemoteLoginsRefused.recalled(event);
            case "session.start" -> RemoteSessionStarted.recalled(event);
            case "sweep.end" -> SweepFinished.recalled(event);
            case "sweep.start" -> SweepStarted.recalled(event);
            case "usb.attach" -> UsbAttached.recalled(event);
            case "usb.detach" -> UsbDetached.recalled(event);
            case "visitor.expected" -> VisitorExpected.recalled(event);
            case "volume.mount" -> VolumeMounted.recalled(event);
            case "volume.unmount" -> VolumeUnmounted.recalled(event);
            default -> null;
          });
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new JsonException("an event that holds what none can hold: " + e.getMessage(), e);
    }
  }
}
