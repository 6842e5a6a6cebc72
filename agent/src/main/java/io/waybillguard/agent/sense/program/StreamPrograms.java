package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.FileStreams;
import io.waybillguard.agent.platform.PathText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs and scripts that lie in a named stream of a file, each told once until its content is
 * another. Other content of streams is nothing: browsers, the system and archivers keep their notes
 * there.
 *
 * <p>A stream is hashed at one go, between two looks at new events; so larger ones than {@link
 * #MOST_HASHED} are told without a hash, once for each size.
 */
final class StreamPrograms {
  private static final Logger LOG = LoggerFactory.getLogger(StreamPrograms.class);

  /** A file has a handful at most; whoever makes thousands shall not hold the sensor. */
  static final int MOST_STREAMS = 64;

  /** In bytes: some 20 ms from a disk, and that much memory for as long. */
  static final int MOST_HASHED = 8 << 20;

  private static final int REMEMBERED = 1024;

  private final FileStreams streams;

  /** Hash or size of what was told, by file and stream. */
  private final Map<String, String> told = Recent.byUse(REMEMBERED);

  StreamPrograms(FileStreams streams) {
    this.streams = streams;
  }

  /**
   * A program in a stream.
   *
   * @param stream its name
   * @param kind of a program or a script, by its first bytes or, where these cannot tell, by the
   *     stream's name
   * @param size in bytes
   * @param sha256 lower-case hex, or ""
   * @param unreadable why there is no hash, or ""
   */
  record Found(String stream, ProgramKind kind, long size, String sha256, String unreadable) {}

  /** Why none will be found, or "". */
  String unseen() {
    return streams.unseen();
  }

  /**
   * Those of a file that were not told yet; none when it cannot be asked any more.
   *
   * @param cut takes what could not be looked at
   */
  List<Found> in(Path file, List<String> cut) {
    List<Found> found = new ArrayList<>();
    try {
      List<FileStreams.Named> all = streams.list(file);
      if (all.size() > MOST_STREAMS) {
        cut.add(
            PathText.of(file)
                + ": only "
                + MOST_STREAMS
                + " of its "
                + all.size()
                + " streams were looked at");
      }
      for (FileStreams.Named one : all.subList(0, Math.min(all.size(), MOST_STREAMS))) {
        look(file, one).filter(it -> isNews(file, it)).ifPresent(found::add);
      }
    } catch (IOException e) {
      LOG.debug("file={} does not tell its streams: {}", file, e.toString());
    }
    return found;
  }

  private boolean isNews(Path file, Found one) {
    String content = one.sha256().isEmpty() ? one.size() + " bytes" : one.sha256();
    return !content.equals(told.put(file + ":" + one.stream(), content));
  }

  /** One that cannot be read hides none of the others. */
  private Optional<Found> look(Path file, FileStreams.Named stream) {
    String name = stream.name();
    try {
      Optional<ProgramKind> kind = ProgramKind.of(read(file, name, ProgramKind.BYTES), name);
      if (kind.isEmpty()) {
        return Optional.empty();
      }
      if (stream.size() > MOST_HASHED) {
        String why =
            "not hashed: a stream of " + stream.size() + " bytes, more than " + MOST_HASHED;
        return Optional.of(new Found(name, kind.get(), stream.size(), "", why));
      }
      byte[] all = read(file, name, MOST_HASHED);
      return Optional.of(new Found(name, kind.get(), all.length, sha256(all), ""));
    } catch (IOException e) {
      LOG.info("file={} stream={} cannot be read: {}", file, name, e.toString());
      return Optional.empty();
    }
  }

  private byte[] read(Path file, String name, int most) throws IOException {
    try (InputStream content = streams.open(file, name)) {
      return content.readNBytes(most);
    }
  }

  private static String sha256(byte[] all) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime must have SHA-256; this one has not", e);
    }
  }
}
