package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where in each disk's journal the agent is: the file {@code journals.txt}, a line for each. */
final class UsnPositions {
  private static final Logger LOG = LoggerFactory.getLogger(UsnPositions.class);

  private final Path file;

  /**
   * @param file in a folder that exists
   */
  UsnPositions(Path file) {
    this.file = file;
  }

  /** Those that are remembered; a line that is damaged is as good as none. */
  Map<String, UsnReader.Position> read() throws IOException {
    Map<String, UsnReader.Position> all = new LinkedHashMap<>();
    try {
      for (String line : Files.readString(file).split("\n")) {
        String[] parts = line.strip().split("\t");
        if (parts.length == 3
            && parts[1].matches("[0-9a-f]{1,16}")
            && parts[2].matches("\\d{1,18}")) {
          all.put(
              parts[0],
              new UsnReader.Position(
                  Long.parseUnsignedLong(parts[1], 16), Long.parseLong(parts[2])));
        } else if (!line.isBlank()) {
          LOG.warn("file={} has a damaged line, which is left out: {}", file, line);
        }
      }
    } catch (NoSuchFileException e) {
      LOG.debug("file={} is not there yet", file);
    }
    return all;
  }

  void write(Map<String, UsnReader.Position> all) throws IOException {
    StringBuilder text = new StringBuilder();
    all.forEach(
        (volume, at) ->
            text.append(volume)
                .append('\t')
                .append(Long.toHexString(at.journal()))
                .append('\t')
                .append(at.next())
                .append('\n'));
    StateFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
