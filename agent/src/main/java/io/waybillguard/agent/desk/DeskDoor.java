package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.run.Duty;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where people at the desk speak to the agent: a Unix-domain socket that every account of this PC
 * may open. One line of JSON comes in, one goes out, when what was said is durable. Which account
 * said it is told by the kernel ({@code SO_PEERCRED}, unix(7)); where it cannot tell, it is not
 * known.
 *
 * <p>A caller has {@value #PATIENCE_MS} ms for its line; more than {@value #MOST_A_MINUTE} a minute
 * are turned away, so that nobody fills the log by talking.
 */
public final class DeskDoor implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(DeskDoor.class);

  static final int MOST_A_MINUTE = 30;
  static final int PATIENCE_MS = 2_000;
  private static final int LONGEST_LINE = 4_096;

  /** Of a line that is too long, so that whoever wrote it can be told. */
  private static final int MOST_READ = 65_536;

  private final Path socket;
  private final Hearing hearing;
  private final InstantSource clock;
  private final Deque<Instant> recent = new ArrayDeque<>();
  private @Nullable ServerSocketChannel door;
  private @Nullable Selector selector;
  private volatile @Nullable Selector waiting;

  /**
   * @param socket its file; its folder is made when it is missing
   * @param hearing takes down what is said
   */
  public DeskDoor(Path socket, Hearing hearing, InstantSource clock) {
    this.socket = socket;
    this.hearing = hearing;
    this.clock = clock;
  }

  /**
   * Whether this system has sockets in the file system; see {@link DeskSlot} for one that has none.
   */
  public static boolean isPossible() {
    try (ServerSocketChannel tried = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      return tried.isOpen();
    } catch (UnsupportedOperationException e) {
      return false;
    } catch (IOException e) {
      return true; // it has them, and cannot give one now
    }
  }

  @Override
  public String name() {
    return "desk";
  }

  @Override
  public int step() throws IOException, InterruptedException {
    Selector open = selector;
    if (open == null) {
      open();
      return 0;
    }
    open.select(LONGEST_WAIT.toMillis());
    open.selectedKeys().clear();
    ServerSocketChannel listening = door;
    SocketChannel caller = listening == null ? null : listening.accept();
    if (caller == null) {
      return 0;
    }
    try (caller) {
      answer(caller);
    } catch (IOException e) {
      LOG.debug("a caller went away: {}", e.toString());
    }
    return 1;
  }

  private void open() throws IOException {
    Path folder = socket.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.deleteIfExists(socket); // one of an earlier run; the data folder's lock says it is over
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(socket));
      if (Files.getFileStore(socket).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      }
      channel.configureBlocking(false);
      Selector made = Selector.open();
      channel.register(made, SelectionKey.OP_ACCEPT);
      door = channel;
      selector = made;
      waiting = made;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void answer(SocketChannel caller) throws IOException, InterruptedException {
    Json.Obj reply;
    try {
      byte[] line = line(caller); // also of one who is turned away: unread, it resets the answer
      reply =
          isTooMuch()
              ? Hearing.refused("too_many")
              : hearing.hear(Saying.parse(line), account(caller), How.COMMAND);
    } catch (JsonException | IllegalArgumentException e) {
      LOG.warn("something was said that cannot be: {}", e.getMessage());
      reply = Hearing.refused("bad_request").put("detail", String.valueOf(e.getMessage()));
    }
    ByteBuffer bytes = ByteBuffer.wrap((reply + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining() && caller.write(bytes) > 0) {
      LOG.trace("answering");
    }
  }

  private boolean isTooMuch() {
    Instant now = clock.instant();
    while (!recent.isEmpty() && recent.peekFirst().plusSeconds(60).isBefore(now)) {
      recent.removeFirst();
    }
    recent.addLast(now);
    return recent.size() > MOST_A_MINUTE;
  }

  /** The account at the other end, or "" where the system does not say. */
  private static String account(SocketChannel caller) throws IOException {
    SocketOption<UnixDomainPrincipal> peer = ExtendedSocketOptions.SO_PEERCRED;
    return caller.supportedOptions().contains(peer) ? caller.getOption(peer).user().getName() : "";
  }

  private static byte[] line(SocketChannel caller) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteBuffer some = ByteBuffer.allocate(LONGEST_LINE);
    caller.configureBlocking(false);
    try (Selector patience = Selector.open()) {
      caller.register(patience, SelectionKey.OP_READ);
      int read = 0;
      while (read < MOST_READ) {
        if (patience.select(PATIENCE_MS) == 0) {
          throw new IllegalArgumentException("no line came within " + PATIENCE_MS + " ms");
        }
        patience.selectedKeys().clear();
        if (caller.read(some.clear()) < 0) {
          return checked(line);
        }
        some.flip();
        read += some.remaining();
        while (some.hasRemaining()) {
          byte next = some.get();
          if (next == '\n') {
            return checked(line);
          }
          line.write(next);
        }
      }
    }
    return checked(line);
  }

  private static byte[] checked(ByteArrayOutputStream line) {
    if (line.size() > LONGEST_LINE) {
      throw new IllegalArgumentException("a line longer than " + LONGEST_LINE + " bytes");
    }
    return line.toByteArray();
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("nobody can speak at {}: {}", socket, cause.toString());
    close();
    return 60_000;
  }

  @Override
  public void wake() {
    Selector now = waiting;
    if (now != null) {
      now.wakeup();
    }
  }

  @Override
  public void end() throws IOException {
    close();
    Files.deleteIfExists(socket);
  }

  private void close() {
    for (AutoCloseable each : new AutoCloseable[] {selector, door}) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (Exception e) {
        LOG.warn("closing {}: {}", socket, e.toString());
      }
    }
    selector = null;
    door = null;
    waiting = null;
  }
}
