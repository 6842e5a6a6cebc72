package io.waybillguard.agent.platform;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Streams that a test gives its files. */
public final class StreamsByHand implements FileStreams {
  private final Map<Path, Map<String, byte[]>> all = new HashMap<>();
  private String unseen = "";

  /** From now on a file has this stream. */
  public void put(Path file, String name, byte[] content) {
    all.computeIfAbsent(file, each -> new TreeMap<>()).put(name, content.clone());
  }

  /** From now on this is why they are not seen. */
  public void unseen(String why) {
    unseen = why;
  }

  @Override
  public String unseen() {
    return unseen;
  }

  @Override
  public List<Named> list(Path file) {
    return all.getOrDefault(file, Map.of()).entrySet().stream()
        .map(stream -> new Named(stream.getKey(), stream.getValue().length))
        .toList();
  }

  @Override
  public InputStream open(Path file, String name) throws IOException {
    byte[] content = all.getOrDefault(file, Map.of()).get(name);
    if (content == null) {
      throw new IOException(file + " has no stream " + name);
    }
    return new ByteArrayInputStream(content);
  }
}
