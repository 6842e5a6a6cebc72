package io.waybillguard.agent.sense;

final class HandSensorTest implements SensorContract {
  private final HandSensor sensor = new HandSensor("hand");

  @Override
  public Sensor sensor() {
    return sensor;
  }
}
