package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** How far logs were read, kept over a new start: a line a file, with tabs between. */
public final class TailMemory {
  private final Path file;

  /**
   * Where a file was left.
   *
   * @param offset in bytes
   * @param key as {@link FileKey#key}
   * @param pattern by which it was found
   */
  public record Place(long offset, String key, String pattern, Path file) {}

  public TailMemory(Path file) {
    this.file = file;
  }

  /**
   * What was kept; empty when nothing ever was.
   *
   * @throws IOException if it cannot be read, or is damaged; says what to do
   */
  public Optional<List<Place>> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<Place> places = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] part = line.split("\t", 4);
      if (part.length != 4 || !part[0].matches("[0-9]{1,19}")) {
        throw new IOException(
            file
                + " is damaged (\""
                + line
                + "\"); delete it: the logs of remote-login tools are then read from now on");
      }
      places.add(new Place(Long.parseLong(part[0]), part[1], part[2], Path.of(part[3])));
    }
    return Optional.of(places);
  }

  /** Puts these in place of what was there; a power cut leaves the one or the other. */
  public void write(Collection<Place> places) throws IOException {
    List<String> text = new ArrayList<>();
    for (Place place : places) {
      // A path with a line break would be read as two; such a file is read from its beginning.
      if (!place.file().toString().contains("\n")) {
        text.add(
            place.offset()
                + "\t"
                + place.key()
                + "\t"
                + place.pattern()
                + "\t"
                + place.file()
                + "\n");
      }
    }
    StateFile.replace(file, String.join("", text).getBytes(StandardCharsets.UTF_8));
  }
}
