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
  private Optional<StateFile.Damage> damage = Optional.empty();

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
   * What was kept; empty when nothing ever was, and when it is damaged: then it is put aside.
   *
   * @throws IOException if it cannot be read, or cannot be put aside
   */
  public Optional<List<Place>> read() throws IOException {
    damage = Optional.empty();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<Place> places = new ArrayList<>();
    // Bytes that are no text must not stop it either: a damaged disk writes anything.
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    for (String line : text.lines().toList()) {
      String[] part = line.split("\t", 4);
      if (part.length != 4 || !part[0].matches("[0-9]{1,18}") || part[3].indexOf('\0') >= 0) {
        damage = Optional.of(StateFile.setAside(file, "\"" + StateFile.shown(line) + "\""));
        return Optional.empty();
      }
      places.add(new Place(Long.parseLong(part[0]), part[1], part[2], Path.of(part[3])));
    }
    return Optional.of(places);
  }

  /** What the last {@link #read} found damaged. */
  public Optional<StateFile.Damage> damage() {
    return damage;
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
