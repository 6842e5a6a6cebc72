package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import io.waybillguard.agent.memory.Recent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * From the handle of a folder, as an event names it, to its path.
 *
 * <p>A handle is looked up through a descriptor on its file system. A held one would make
 * unmounting a stick fail ("target is busy"), so it is opened for a batch of events and closed by
 * {@link #endBatch}. What was found is kept, within bounds: looking up costs ten times the rest.
 */
final class FolderHandles implements AutoCloseable {
  private static final int REMEMBERED = 16_384;

  /** MAX_HANDLE_SZ of fcntl.h, and the two words before the bytes. */
  private static final int HANDLE_BYTES = 128 + 8;

  /** struct statfs of asm-generic/statfs.h for 64 bits: f_fsid is the eighth word. */
  private static final int STATFS_BYTES = 256;

  private static final int STATFS_FSID = 56;

  private static final Set<Integer> GONE =
      Set.of(Libc.ESTALE, Libc.ENOENT, Libc.EIO, Libc.ENXIO, Libc.ENODEV, Libc.ENOMEDIUM);

  private record Folder(long fileSystem, ByteBuffer handle) {}

  private final Map<Long, String> mountPoints = new HashMap<>();
  private final Map<Long, Fd> open = new HashMap<>();
  private final Memory handle = new Memory(HANDLE_BYTES);
  private final Map<Folder, Path> paths = Recent.byUse(REMEMBERED);

  /**
   * Makes a mounted file system known.
   *
   * @throws IOException if folders cannot be found by handle on it: then its events have no path
   */
  void add(String mountPoint) throws IOException {
    long fileSystem = fileSystem(mountPoint);
    try (Memory mountId = new Memory(Integer.BYTES);
        Fd mount = Fd.open(mountPoint, Libc.O_RDONLY)) {
      handle.setInt(0, HANDLE_BYTES - 8);
      if (Libc.name_to_handle_at(Libc.AT_FDCWD, Libc.path(mountPoint), handle, mountId, 0) < 0) {
        throw Libc.failure("the file system at " + mountPoint + " has no handles");
      }
      Fd.of(
              Libc.open_by_handle_at(mount.number(), handle, Libc.O_PATH | Libc.O_CLOEXEC),
              "the file system at " + mountPoint + " cannot be opened by handle")
          .close();
    }
    mountPoints.put(fileSystem, mountPoint);
  }

  /** Whether events of this file, told by folder and name, could be understood. */
  boolean understands(Path file) throws IOException {
    return mountPoints.containsKey(fileSystem(RawPath.bytes(file)));
  }

  private static long fileSystem(String raw) throws IOException {
    try (Memory statfs = new Memory(STATFS_BYTES)) {
      if (Libc.statfs(Libc.path(raw), statfs) < 0) {
        throw Libc.failure("cannot ask the file system at " + raw);
      }
      return statfs.getLong(STATFS_FSID);
    }
  }

  /** Forgets what was found: a folder was moved, or something was mounted or unmounted. */
  void forget() {
    paths.clear();
  }

  /**
   * The file that an event is about.
   *
   * @return empty when its folder is gone, or its file system is
   */
  Optional<Path> path(FanotifyEvent.Place place) throws IOException {
    Folder folder = new Folder(place.fileSystem(), place.handle());
    Path known = paths.get(folder);
    if (known == null) {
      Optional<Path> found = find(place);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      known = found.get();
      paths.put(folder, known);
    }
    try {
      return Optional.of(RawPath.of(known, place.name()));
    } catch (IOException e) {
      return Optional.empty(); // a name that needed a look at the file, and the file is gone
    }
  }

  private Optional<Path> find(FanotifyEvent.Place place) throws IOException {
    Fd mount = open.get(place.fileSystem());
    if (mount == null) {
      String mountPoint = mountPoints.get(place.fileSystem());
      if (mountPoint == null) {
        return Optional.empty();
      }
      int result = Libc.open(Libc.path(mountPoint), Libc.O_RDONLY | Libc.O_CLOEXEC);
      if (result < 0) {
        return Optional.empty(); // unmounted while its last events were waiting
      }
      mount = Fd.of(result, mountPoint);
      open.put(place.fileSystem(), mount);
    }
    byte[] bytes = place.handle().array();
    handle.write(0, bytes, 0, bytes.length);
    int found = Libc.open_by_handle_at(mount.number(), handle, Libc.O_PATH | Libc.O_CLOEXEC);
    if (found < 0) {
      int errno = Libc.errno();
      if (GONE.contains(errno)) {
        return Optional.empty(); // the folder was deleted since, or its medium was pulled
      }
      throw Libc.failure("cannot find a folder by its handle", errno);
    }
    try (Fd fd = Fd.of(found, "open_by_handle_at")) {
      return Optional.of(RawPath.of(fd));
    }
  }

  /** Lets go of the descriptors, so that nothing of ours keeps a stick from being unmounted. */
  void endBatch() {
    open.values().forEach(Fd::close);
    open.clear();
  }

  @Override
  public void close() {
    endBatch();
    mountPoints.clear();
    paths.clear();
  }
}
