package io.waybillguard.agent.sense.image;

import io.waybillguard.agent.sense.AllowedPrograms;
import io.waybillguard.agent.sense.Destinations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the image sensor is told.
 *
 * @param folders where scanned images are put, by their real paths
 * @param allowed the programs that scan and upload
 * @param destinations whose folders lead out of the company
 * @param summaryEvery how long what one program does is summed up before it is recorded, &gt; 0
 */
public record ImageSettings(
    List<Path> folders, AllowedPrograms allowed, Destinations destinations, Duration summaryEvery) {
  public ImageSettings {
    folders = List.copyOf(folders);
    if (summaryEvery.isNegative() || summaryEvery.isZero()) {
      throw new IllegalArgumentException("summaryEvery must be above 0, is " + summaryEvery);
    }
  }
}
