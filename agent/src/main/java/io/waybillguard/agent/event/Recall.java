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
    Recalled event = new Recalled(Json.parse(body));
    if (event.text("metadata.event_code").equals("time.jump")) {
      return Optional.of(ClockJumped.recalled(event));
    }
    Optional<IncidentChanged> incident = incident(body);
    return incident.isPresent()
        ? incident.map(Event.class::cast)
        : observation(body).map(Event.class::cast);
  }

  /**
   * What a record's body says of an incident.
   *
   * @param body body part 0, as {@link Desk#body} made it
   * @return empty for a record of another kind
   * @throws JsonException if the bytes are no event, or one that this version cannot have written
   */
  public static Optional<IncidentChanged> incident(byte[] body) throws JsonException {
    Recalled event = new Recalled(Json.parse(body));
    try {
      return event.text("metadata.event_code").startsWith("incident.")
          ? Optional.of(IncidentChanged.recalled(event))
          : Optional.empty();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new JsonException("an event that holds what none can hold: " + e.getMessage(), e);
    }
  }

  /**
   * What a record's body says was observed.
   *
   * @param body body part 0, as {@link Desk#body} made it
   * @return empty for a finding or a note, and for a type that this version does not know
   * @throws JsonException if the bytes are no event, or one that this version cannot have written
   */
  public static Optional<Observation> observation(byte[] body) throws JsonException {
    Recalled event = new Recalled(Json.parse(body));
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
