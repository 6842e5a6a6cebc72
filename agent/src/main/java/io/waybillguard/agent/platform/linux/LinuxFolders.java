package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.PathText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folders by inotify(7): one descriptor and no thread. */
public final class LinuxFolders implements FolderChanges {
  // linux/inotify.h
  private static final int IN_MODIFY = 0x2;
  private static final int IN_ATTRIB = 0x4;
  private static final int IN_CLOSE_WRITE = 0x8;
  private static final int IN_MOVED_FROM = 0x40;
  private static final int IN_MOVED_TO = 0x80;
  private static final int IN_CREATE = 0x100;
  private static final int IN_DELETE = 0x200;
  private static final int IN_DELETE_SELF = 0x400;
  private static final int IN_MOVE_SELF = 0x800;
  private static final int IN_Q_OVERFLOW = 0x4000;
  private static final int IN_IGNORED = 0x8000;
  private static final int IN_ONLYDIR = 0x0100_0000;

  private static final int WATCHED =
      IN_MODIFY
          | IN_ATTRIB
          | IN_CLOSE_WRITE
          | IN_MOVED_FROM
          | IN_MOVED_TO
          | IN_CREATE
          | IN_DELETE
          | IN_DELETE_SELF
          | IN_MOVE_SELF
          | IN_ONLYDIR;

  /** struct inotify_event: int wd, u32 mask, u32 cookie, u32 len, and the name. */
  private static final int HEADER = 16;

  private static final int BUFFER = 64 << 10;

  private final Memory buffer = new Memory(BUFFER);
  private final Map<Integer, Path> folders = new HashMap<>();
  private final Map<Path, Integer> watches = new HashMap<>();
  private @Nullable Fd events;

  /** Guarded by this object, since {@link #wake} comes from any thread. */
  private @Nullable Waiter waiter;

  @Override
  public void open() throws IOException {
    close();
    Fd opened = Fd.of(Libc.inotify_init1(Libc.O_NONBLOCK | Libc.O_CLOEXEC), "cannot use inotify");
    events = opened;
    Waiter waits = new Waiter(List.of(opened));
    synchronized (this) {
      waiter = waits;
    }
  }

  /** Readable when something changed; for one who waits for other things, too. */
  Fd events() throws IOException {
    Fd open = events;
    if (open == null) {
      throw new IOException("the watch of folders is not open");
    }
    return open;
  }

  @Override
  public List<Path> watch(Collection<Path> wanted) throws IOException {
    int fd = events().number();
    Set<Path> gone = new HashSet<>(watches.keySet());
    gone.removeAll(new HashSet<>(wanted));
    for (Path folder : gone) {
      Integer watch = watches.remove(folder);
      // Two paths may lead to one folder, which has one watch.
      if (watch != null && !watches.containsValue(watch)) {
        folders.remove(watch);
        int unused = Libc.inotify_rm_watch(fd, watch); // fails when the folder is gone: as good
      }
    }
    List<Path> refused = new ArrayList<>();
    for (Path folder : wanted) {
      if (watches.containsKey(folder)) {
        continue;
      }
      byte[] raw = PathText.bytes(folder);
      byte[] path = java.util.Arrays.copyOf(raw, raw.length + 1);
      int watch = Libc.inotify_add_watch(fd, path, WATCHED);
      if (watch < 0) {
        refused.add(folder);
      } else {
        watches.put(folder, watch);
        folders.put(watch, folder);
      }
    }
    return refused;
  }

  @Override
  public Changes await(Duration patience) throws IOException {
    Waiter waits;
    synchronized (this) {
      waits = waiter;
    }
    return waits != null && !waits.await(patience).events() ? Changes.NONE : read();
  }

  /** What changed since the last time, without a wait. */
  Changes read() throws IOException {
    Fd open = events();
    List<Change> seen = new ArrayList<>();
    boolean lost = false;
    long length;
    while ((length = Libc.read(open.number(), buffer, BUFFER)) > 0) {
      lost |= read(length, seen);
    }
    int errno = Libc.errno();
    if (length < 0 && errno != Libc.EAGAIN && errno != Libc.EINTR) {
      throw Libc.failure("cannot read what changed in folders", errno);
    }
    return new Changes(seen, lost);
  }

  private boolean read(long length, List<Change> seen) {
    boolean lost = false;
    for (long at = 0; at + HEADER <= length; ) {
      int watch = buffer.getInt(at);
      int mask = buffer.getInt(at + 4);
      int name = buffer.getInt(at + 12);
      lost |= (mask & IN_Q_OVERFLOW) != 0;
      Path folder = folders.get(watch);
      if (folder != null) {
        seen.add(new Change(folder, name == 0 ? "" : name(at + HEADER, name)));
        if ((mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) {
          // The kernel no longer watches it, or it has another name: it is watched anew if asked.
          folders.remove(watch);
          watches.values().removeIf(w -> w == watch);
        }
      }
      at += HEADER + name;
    }
    return lost;
  }

  /** Padded with NUL. */
  private String name(long at, int length) {
    byte[] raw = buffer.getByteArray(at, length);
    int end = 0;
    while (end < raw.length && raw[end] != 0) {
      end++;
    }
    return new String(raw, 0, end, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void wake() {
    Waiter waits = waiter;
    if (waits != null) {
      waits.wake();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      Waiter waits = waiter;
      waiter = null;
      if (waits != null) {
        waits.close();
      }
    }
    Fd open = events;
    events = null;
    if (open != null) {
      open.close();
    }
    folders.clear();
    watches.clear();
  }
}
