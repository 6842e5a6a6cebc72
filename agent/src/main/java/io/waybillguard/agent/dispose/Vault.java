package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Files in quarantine: encrypted in the agent's own folder, under a key of the file's own that lies
 * beside it and is destroyed when the file goes back. It keeps the file from being started, read by
 * chance or found by a scanner; from who owns the machine nothing here is hidden.
 *
 * <p>Every folder on the way is opened by itself and through no link, and the file is then named
 * within the opened folder, so that nobody who may write there can have another file taken: what is
 * in the vault was read through one handle and has the hash that was ordered. The file first gets a
 * name that nobody starts, then it is copied, then it goes; whoever writes to it meanwhile makes
 * the hash differ, and gets it back.
 *
 * <p>Limits: needs folders that can be held open (Linux); extended attributes and set-id bits are
 * not put back; a process that has the file open or runs it goes on.
 */
final class Vault {
  private static final String ASIDE = ".waybill-guard-";

  private final Path folder;

  /**
   * @param data the agent's data folder
   */
  Vault(Path data) {
    this.folder = data.resolve("vault");
  }

  private Path sealed(String id) {
    return folder.resolve(id + ".sealed");
  }

  private Path key(String id) {
    return folder.resolve(id + ".key");
  }

  private static Path aside(String id) {
    return Path.of(ASIDE + id);
  }

  /** What undoing will need, told before anything is moved. */
  @FunctionalInterface
  interface Notebook {
    void write(Json.Obj trace) throws IOException;
  }

  /**
   * Takes the file.
   *
   * @param before told what has to be kept durably before the file is moved
   * @throws NotDone if it is not there, is not a file, or has another content; it is as it was
   * @throws IOException if it cannot be kept, as on a full disk; it is as it was then, too
   */
  void take(String id, Disposal.Quarantine what, Notebook before) throws IOException, NotDone {
    Path path = Path.of(what.path());
    try (SecureDirectoryStream<Path> in = parent(path)) {
      Path name = path.getFileName();
      Json.Obj trace = trace(in, name);
      if (!hash(in, name).equals(what.sha256())) {
        throw NotDone.refused("changed");
      }
      before.write(trace);
      in.move(name, in, aside(id));
      boolean stored;
      try {
        stored = store(id, in, what.sha256());
      } catch (IOException e) {
        giveBack(id, in, name, e);
        throw e;
      }
      if (!stored) {
        in.move(aside(id), in, name);
        discard(id);
        throw NotDone.refused("changed");
      }
      in.deleteFile(aside(id));
    } catch (NoSuchFileException e) {
      throw NotDone.absent("");
    }
  }

  /** A copy that the disk did not take: the file gets its name back before anything else. */
  private void giveBack(String id, SecureDirectoryStream<Path> in, Path name, IOException because) {
    try {
      in.move(aside(id), in, name);
      discard(id);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static Json.Obj trace(SecureDirectoryStream<Path> in, Path name)
      throws IOException, NotDone {
    PosixFileAttributes file = view(in, name).readAttributes();
    if (!file.isRegularFile()) {
      throw NotDone.refused("not_a_file");
    }
    return Json.object()
        .put("owner", file.owner().getName())
        .put("group", file.group().getName())
        .put("mode", PosixFilePermissions.toString(file.permissions()))
        .put("size", file.size())
        // As texts: numbers of JSON are exact to 53 bits only.
        .put("modified_ns", nanos(file.lastModifiedTime()))
        .put("accessed_ns", nanos(file.lastAccessTime()));
  }

  private static String nanos(FileTime time) {
    return Long.toString(time.to(TimeUnit.NANOSECONDS));
  }

  private static PosixFileAttributeView view(SecureDirectoryStream<Path> in, Path name) {
    return in.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static SeekableByteChannel open(SecureDirectoryStream<Path> in, Path name)
      throws IOException {
    return in.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  private static String hash(SecureDirectoryStream<Path> in, Path name) throws IOException {
    try (SeekableByteChannel file = open(in, name)) {
      return Sealing.hash(Channels.newInputStream(file));
    }
  }

  /** Whether what was copied has the hash; the copy counts once it has its name. */
  private boolean store(String id, SecureDirectoryStream<Path> in, String sha256)
      throws IOException {
    SecretFile.folder(folder);
    byte[] secret = Sealing.newKey();
    SecretFile.write(key(id), secret);
    Path draft = folder.resolve(id + ".draft");
    String copied;
    try (SeekableByteChannel file = open(in, aside(id));
        FileChannel out =
            FileChannel.open(
                draft,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
      copied = Sealing.seal(secret, Channels.newInputStream(file), Channels.newOutputStream(out));
      out.force(true);
    }
    if (copied.equals(sha256)) {
      Files.move(draft, sealed(id), StandardCopyOption.ATOMIC_MOVE);
      force(folder);
      return true;
    }
    return false;
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel dir = FileChannel.open(directory, StandardOpenOption.READ)) {
      dir.force(true);
    }
  }

  private void discard(String id) throws IOException {
    SecretFile.destroy(key(id));
    Files.deleteIfExists(folder.resolve(id + ".draft"));
    Files.deleteIfExists(sealed(id));
  }

  /**
   * Whether the file is in the vault. What a crash left half-way is settled: a copy that is whole
   * counts, and the rest of the file goes; otherwise the file gets its name back.
   */
  boolean settle(String id, Disposal.Quarantine what) throws IOException, NotDone {
    Path path = Path.of(what.path());
    boolean holds = Files.exists(sealed(id));
    try (SecureDirectoryStream<Path> in = parent(path)) {
      if (isThere(in, aside(id))) {
        if (holds) {
          in.deleteFile(aside(id));
        } else if (!isThere(in, path.getFileName())) {
          in.move(aside(id), in, path.getFileName());
        }
      }
    } catch (NoSuchFileException e) {
      holds &= Files.exists(sealed(id)); // its folder is gone; nothing is left to be settled there
    }
    if (!holds) {
      discard(id);
    }
    return holds;
  }

  private static boolean isThere(SecureDirectoryStream<Path> in, Path name) throws IOException {
    try {
      return !view(in, name).readAttributes().isOther();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Puts the file back as it was: content, owner, permissions, times.
   *
   * @param trace as it was kept
   * @throws NotDone if another file lies in its place, or there is nothing to put back
   */
  void putBack(String id, Disposal.Quarantine what, Json.Obj trace) throws IOException, NotDone {
    Path path = Path.of(what.path());
    Path name = path.getFileName();
    if (!Files.exists(sealed(id))) {
      throw NotDone.absent("");
    }
    try (SecureDirectoryStream<Path> in = parent(path)) {
      if (isThere(in, name)) {
        if (view(in, name).readAttributes().isRegularFile()
            && hash(in, name).equals(what.sha256())) {
          discard(id); // a crash came between putting it back and this
          return;
        }
        throw NotDone.refused("taken");
      }
      if (isThere(in, aside(id))) {
        in.deleteFile(aside(id)); // half of an earlier attempt
      }
      fill(id, what, in, trace);
      // Limit: a file of this name that appears between the look and the move is replaced.
      in.move(aside(id), in, name);
    } catch (NoSuchFileException e) {
      throw NotDone.absent("its folder is gone: " + e.getFile());
    } catch (JsonException e) {
      throw new IOException("what was kept of " + id + " is damaged: " + e.getMessage(), e);
    }
    discard(id);
  }

  private void fill(
      String id, Disposal.Quarantine what, SecureDirectoryStream<Path> in, Json.Obj trace)
      throws IOException, JsonException {
    String copied;
    try (SeekableByteChannel out =
            in.newByteChannel(
                aside(id),
                Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")));
        var from = Files.newInputStream(sealed(id))) {
      copied = Sealing.open(Files.readAllBytes(key(id)), from, Channels.newOutputStream(out));
      if (out instanceof FileChannel file) {
        file.force(true);
      }
    }
    if (!copied.equals(what.sha256())) {
      in.deleteFile(aside(id));
      throw new IOException(sealed(id) + " holds " + copied + " instead of " + what.sha256());
    }
    PosixFileAttributeView view = view(in, aside(id));
    UserPrincipalLookupService accounts = folder.getFileSystem().getUserPrincipalLookupService();
    view.setGroup(accounts.lookupPrincipalByGroupName(trace.text("group")));
    view.setOwner(accounts.lookupPrincipalByName(trace.text("owner")));
    view.setPermissions(PosixFilePermissions.fromString(trace.text("mode")));
    view.setTimes(time(trace, "modified_ns"), time(trace, "accessed_ns"), null);
  }

  private static FileTime time(Json.Obj trace, String key) throws JsonException {
    long nanos = Long.parseLong(trace.text(key));
    return FileTime.from(
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L)));
  }

  /**
   * The folder of a file, each on the way opened through no link.
   *
   * @throws NotDone if one of them is a link, or no folder
   */
  @SuppressWarnings("StreamResourceLeak") // who asks closes what he is given
  private static SecureDirectoryStream<Path> parent(Path path) throws IOException, NotDone {
    Path root = path.getRoot();
    if (root == null || path.getNameCount() == 0) {
      throw NotDone.refused("not_a_file");
    }
    DirectoryStream<Path> opened = Files.newDirectoryStream(root);
    if (!(opened instanceof SecureDirectoryStream<Path> at)) {
      opened.close();
      throw new UnsupportedHere("files cannot be taken safely here: folders cannot be held open");
    }
    for (int i = 0; i < path.getNameCount() - 1; i++) {
      try (SecureDirectoryStream<Path> above = at) {
        at = above.newDirectoryStream(path.getName(i), LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        throw e;
      } catch (FileSystemException e) {
        throw NotDone.refused("not_a_file"); // ELOOP or ENOTDIR: a link, or a file
      }
    }
    return at;
  }
}
