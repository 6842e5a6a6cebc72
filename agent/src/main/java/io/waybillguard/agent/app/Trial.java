package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Something that was done so that one sensor has something to see. */
interface Trial extends AutoCloseable {
  /**
   * The sensor's word that it saw this.
   *
   * @param at when
   * @param record the record that it made of it; negative when it makes none
   */
  record Seen(Instant at, long record) {}

  /** What was done, for people: a path, a port, a number. */
  String what();

  /**
   * Whether the sensor has seen it.
   *
   * @param data the agent's data folder, with the log
   * @param since when it was done
   */
  Optional<Seen> seen(Path data, Instant since) throws IOException;

  /** Takes away what was planted. */
  @Override
  void close() throws IOException;
}
