package io.waybillguard.agent.platform;

import java.nio.file.Path;

final class StreamsByHandTest implements FileStreamsContract {
  private final StreamsByHand streams = new StreamsByHand();

  @Override
  public FileStreams streams() {
    return streams;
  }

  @Override
  public Path file() {
    return Path.of("/desk/a.txt");
  }

  @Override
  public void write(Path file, String name, byte[] content) {
    streams.put(file, name, content);
  }
}
