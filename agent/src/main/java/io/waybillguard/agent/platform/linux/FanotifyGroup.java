package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * One fanotify group: a queue of events and the marks that feed it.
 *
 * <p>The queue has no limit of its own: the kernel drops nothing while it has memory, and a reader
 * that is late reads late. Pidfds are not asked for: the kernel makes them at the time of reading,
 * when the short-lived processes that matter are gone.
 */
final class FanotifyGroup implements AutoCloseable {
  // linux/fanotify.h
  private static final int FAN_CLOEXEC = 0x1;
  private static final int FAN_NONBLOCK = 0x2;
  private static final int FAN_CLASS_CONTENT = 0x4;
  private static final int FAN_UNLIMITED_QUEUE = 0x10;
  private static final int FAN_UNLIMITED_MARKS = 0x20;
  private static final int FAN_REPORT_DFID_NAME = 0xc00;
  private static final int FAN_MARK_ADD = 0x1;
  private static final int FAN_MARK_REMOVE = 0x2;
  private static final int FAN_MARK_MOUNT = 0x10;
  private static final int FAN_MARK_IGNORED_MASK = 0x20;
  private static final int FAN_MARK_IGNORED_SURV_MODIFY = 0x40;
  private static final int FAN_MARK_FILESYSTEM = 0x100;

  /** struct fanotify_response: s32 fd, u32 response; FAN_ALLOW. */
  private static final int RESPONSE = 8;

  private static final int FAN_ALLOW = 0x1;

  private static final int BUFFER = 64 << 10;

  /** asm-generic/ioctls.h */
  private static final int FIONREAD = 0x541b;

  /** FAN_EVENT_METADATA_LEN: what FIONREAD counts for each event, without its folder and name. */
  private static final int METADATA = 24;

  /** What an event says about where it happened. */
  enum Mode {
    /** Folder and name (kernel 5.9): tells of moves too, and costs no descriptor an event. */
    NAMES(FAN_REPORT_DFID_NAME),
    /** An open descriptor of the file: any file system, any kernel; moves are not told. */
    DESCRIPTORS(0),
    /** As descriptors, and whoever is told of waits until {@link FanotifyGroup#allow}. */
    QUESTIONS(FAN_CLASS_CONTENT);

    private final int flag;

    Mode(int flag) {
      this.flag = flag;
    }
  }

  private final Fd fd;
  private final Memory buffer = new Memory(BUFFER);

  private FanotifyGroup(Fd fd) {
    this.fd = fd;
  }

  /**
   * @throws FanotifyMissing if this kernel has none of that kind, or does not let us have it
   */
  static FanotifyGroup open(Mode mode) throws IOException {
    int result =
        Libc.fanotify_init(
            FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS | mode.flag,
            Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (result < 0) {
      int errno = Libc.errno();
      IOException failure = Libc.failure("cannot begin to watch files (fanotify)", errno);
      if (errno == Libc.EPERM || errno == Libc.ENOSYS || errno == Libc.EINVAL) {
        throw new FanotifyMissing(String.valueOf(failure.getMessage()));
      }
      throw failure;
    }
    return new FanotifyGroup(Fd.of(result, "fanotify"));
  }

  Fd fd() {
    return fd;
  }

  /**
   * Watches a whole file system, wherever it is mounted.
   *
   * @param mountPoint each character one byte
   */
  void markFileSystem(long mask, String mountPoint) throws IOException {
    mark(FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, mountPoint);
  }

  /** Watches what is reached through one mount: for kernels and file systems that refuse more. */
  void markMount(long mask, String mountPoint) throws IOException {
    mark(FAN_MARK_ADD | FAN_MARK_MOUNT, mask, mountPoint);
  }

  /**
   * Watches one file, or one folder and the files in it but not those below.
   *
   * <p>Linux keeps the mark with the file itself: it holds under another name, and ends with the
   * file.
   */
  void markOne(long mask, Path file) throws IOException {
    mark(FAN_MARK_ADD, mask, RawPath.bytes(file));
  }

  /** Takes a mark back; where there is none any more, that is as good. */
  void unmarkFileSystem(long mask, String mountPoint) {
    int unused =
        Libc.fanotify_mark(
            fd.number(),
            FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM,
            mask,
            Libc.AT_FDCWD,
            Libc.path(mountPoint));
  }

  /** Takes the mark of one file back; where there is none any more, that is as good. */
  void unmarkOne(long mask, Path file) {
    int unused =
        Libc.fanotify_mark(
            fd.number(), FAN_MARK_REMOVE, mask, Libc.AT_FDCWD, Libc.path(RawPath.bytes(file)));
  }

  /** Lets whoever waits for an answer go on, and closes the event's descriptor. */
  void allow(FanotifyEvent asked) throws IOException {
    try {
      if (asked.fd() >= 0 && asked.has(FanotifyEvent.OPEN_EXEC_PERM)) {
        Memory response = new Memory(RESPONSE);
        response.setInt(0, asked.fd());
        response.setInt(4, FAN_ALLOW);
        if (Libc.write(fd.number(), response, RESPONSE) < 0) {
          throw Libc.failure("cannot let a program start (fanotify)");
        }
      }
    } finally {
      asked.release();
    }
  }

  /** Tells nothing of one file, though its file system is watched; also after it was written. */
  void ignore(long mask, Path file) throws IOException {
    mark(
        FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
        mask,
        RawPath.bytes(file));
  }

  private void mark(int flags, long mask, String mountPoint) throws IOException {
    if (Libc.fanotify_mark(fd.number(), flags, mask, Libc.AT_FDCWD, Libc.path(mountPoint)) < 0) {
      throw Libc.failure("cannot watch " + mountPoint);
    }
  }

  /**
   * One read.
   *
   * @return empty when the queue is
   */
  List<FanotifyEvent> read() throws IOException {
    long length = Libc.read(fd.number(), buffer, BUFFER);
    if (length < 0) {
      int errno = Libc.errno();
      if (errno == Libc.EAGAIN || errno == Libc.EINTR) {
        return List.of();
      }
      throw Libc.failure("cannot read file events", errno);
    }
    return FanotifyEvent.parse(buffer.getByteBuffer(0, length).order(ByteOrder.nativeOrder()));
  }

  /** How many events wait in its queue. */
  long waiting() throws IOException {
    if (Libc.ioctl(fd.number(), FIONREAD, buffer) < 0) {
      throw Libc.failure("cannot ask how many file events wait");
    }
    return buffer.getInt(0) / METADATA;
  }

  @Override
  public void close() {
    fd.close();
  }
}
