package io.waybillguard.agent.sense;

import io.waybillguard.agent.event.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A sensor that this machine or its settings do not allow: it never sees, and says why at every
 * start.
 */
public final class Unavailable implements Sensor {
  private final String name;
  private final String why;

  /**
   * @param name of the sensor that is missing
   * @param why it is, and what to do about it
   */
  public Unavailable(String name, String why) {
    this.name = name;
    this.why = why;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Sight open() throws IOException {
    throw new IOException(why);
  }

  @Override
  public List<Observation> sense(Duration patience) throws IOException {
    throw new IOException(why);
  }

  @Override
  public void wake() {}

  @Override
  public void close() {}
}
