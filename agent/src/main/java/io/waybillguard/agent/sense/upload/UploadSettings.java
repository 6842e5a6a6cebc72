package io.waybillguard.agent.sense.upload;

import io.waybillguard.agent.sense.AllowedPrograms;
import io.waybillguard.agent.sense.Destinations;
import java.time.Duration;

/**
 * What the sensor of uploads is told.
 *
 * @param allowed the programs that scan and upload
 * @param destinations where files are known to be sent
 * @param recordFrom bytes sent to one place from which a record is made, &gt; 0; less is summed up
 *     by program
 * @param summaryEvery how long what one program sends to one place is summed up, &gt; 0
 */
public record UploadSettings(
    AllowedPrograms allowed, Destinations destinations, long recordFrom, Duration summaryEvery) {
  public UploadSettings {
    if (recordFrom <= 0 || summaryEvery.isNegative() || summaryEvery.isZero()) {
      throw new IllegalArgumentException(
          "every bound of the sensor of uploads must be above 0: recordFrom="
              + recordFrom
              + " summaryEvery="
              + summaryEvery);
    }
  }
}
