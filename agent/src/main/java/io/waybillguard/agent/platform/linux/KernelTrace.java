package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events that the kernel traces for us (ftrace, Documentation/trace/events.rst), in an instance of
 * our own beside other tracers. Needs root and a mounted tracefs.
 */
final class KernelTrace implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelTrace.class);

  /** Where systemd mounts it, and where older systems do. */
  static final List<Path> PLACES =
      List.of(Path.of("/sys/kernel/tracing"), Path.of("/sys/kernel/debug/tracing"));

  private static final String OURS = "waybill-guard-";
  private static final int BUFFER = 64 << 10;

  /** Most reads in one step, so that a flood cannot keep a step from ending. */
  private static final int READS_A_STEP = 64;

  private final Path instance;
  private final Fd pipe;
  private final Memory buffer = new Memory(BUFFER);
  private String rest = "";

  private KernelTrace(Path instance, Fd pipe) {
    this.instance = instance;
    this.pipe = pipe;
  }

  /**
   * Turns it on.
   *
   * @param places where tracefs may be
   * @param purpose tells our instances apart; letters
   * @param kibibytes of the kernel's memory for each processor
   * @param events for each event, as {@code sock/inet_sock_set_state}, which of it are wanted
   * @throws IOException if it cannot be had; the message says why
   */
  static KernelTrace open(
      List<Path> places, String purpose, int kibibytes, Map<String, String> events)
      throws IOException {
    Path tracefs =
        places.stream()
            .filter(place -> Files.isDirectory(place.resolve("instances")))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException("tracefs is not mounted at " + places.get(0) + ", or closed"));
    removeLeftOvers(tracefs);
    Path instance =
        tracefs.resolve("instances").resolve(OURS + ProcessHandle.current().pid() + "-" + purpose);
    if (!Files.isDirectory(instance)) {
      Files.createDirectory(instance);
    }
    boolean done = false;
    try {
      Files.writeString(instance.resolve("buffer_size_kb"), Integer.toString(kibibytes));
      Path percent = instance.resolve("buffer_percent");
      if (Files.exists(percent)) { // kernel 5.0; before, a wait ends with the first line anyway
        Files.writeString(percent, "0");
      }
      for (Map.Entry<String, String> event : events.entrySet()) {
        Path place = instance.resolve("events").resolve(event.getKey());
        Files.writeString(place.resolve("filter"), event.getValue());
        Files.writeString(place.resolve("enable"), "1");
      }
      Fd pipe =
          Fd.open(RawPath.bytes(instance.resolve("trace_pipe")), Libc.O_RDONLY | Libc.O_NONBLOCK);
      done = true;
      return new KernelTrace(instance, pipe);
    } finally {
      if (!done) {
        remove(instance);
      }
    }
  }

  /** Of an agent that was killed. */
  private static void removeLeftOvers(Path tracefs) throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(tracefs.resolve("instances"), OURS + "*")) {
      for (Path one : all) {
        String pid = one.getFileName().toString().substring(OURS.length()).split("-")[0];
        if (Files.notExists(Path.of("/proc", pid))) {
          remove(one);
        }
      }
    }
  }

  private static void remove(Path instance) {
    try {
      Files.deleteIfExists(instance);
    } catch (IOException e) {
      // The next start tries again; until then it costs its buffer.
      LOG.warn("trace={} cannot be taken away: {}", instance, e.toString());
    }
  }

  /** Readable when something happened. */
  Fd fd() {
    return pipe;
  }

  /** Whole lines of trace_pipe since the last time, in order. */
  List<String> read() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < READS_A_STEP; i++) {
      long length = Libc.read(pipe.number(), buffer, BUFFER);
      if (length < 0) {
        int errno = Libc.errno();
        if (errno != Libc.EAGAIN && errno != Libc.EINTR) {
          throw Libc.failure("cannot read the trace " + instance, errno);
        }
      }
      if (length <= 0) {
        break;
      }
      String text =
          rest + new String(buffer.getByteArray(0, (int) length), StandardCharsets.ISO_8859_1);
      int end = text.lastIndexOf('\n') + 1;
      rest = text.substring(end);
      text.substring(0, end).lines().forEach(lines::add);
    }
    return lines;
  }

  @Override
  public void close() {
    pipe.close();
    remove(instance);
  }
}
