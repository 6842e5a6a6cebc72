package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which points a sweep had not come to when the agent ended, kept in a small file, a point a line.
 * The next sweep begins with them: a PC that is always switched off before a sweep is over has all
 * of its points looked at all the same. What it says is only an order, so damage does no harm.
 */
final class Unfinished {
  private static final Logger LOG = LoggerFactory.getLogger(Unfinished.class);

  private final Path file;

  Unfinished(Path data) {
    this.file = data.resolve("autostart-sweep.txt");
  }

  /** All of them, those first that were left the last time. */
  List<Point> first(List<Point> points) {
    List<String> left = read();
    List<Point> ordered = new ArrayList<>();
    points.stream().filter(point -> left.contains(point.id())).forEach(ordered::add);
    points.stream().filter(point -> !left.contains(point.id())).forEach(ordered::add);
    return ordered;
  }

  private List<String> read() {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (NoSuchFileException e) {
      return List.of(); // the last one was finished
    } catch (IOException e) {
      LOG.warn("{} cannot be read ({}); the sweep begins with the first point", file, e.toString());
      return List.of();
    }
  }

  /** Keeps what is left; nothing means that the sweep is over. */
  void keep(List<Point> left) {
    try {
      if (left.isEmpty()) {
        Files.deleteIfExists(file);
      } else {
        String text = left.stream().map(Point::id).collect(Collectors.joining("\n", "", "\n"));
        StateFile.replace(file, text.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      LOG.debug("how far the sweep is cannot be kept: {}", e.toString());
    }
  }
}
