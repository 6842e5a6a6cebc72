package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FileEvent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A file that this process has locked, as SQLite locks the evidence log, on a file system that the
 * real kernel tells about. Closing any descriptor of such a file lets go of the locks (fcntl(2)).
 */
@EnabledOnOs(OS.LINUX)
final class LockedFilesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private OwnMount mount;
  private Path locked;
  private FileChannel holder;

  @BeforeEach
  void lock() throws Exception {
    mount = OwnMount.of("tmpfs");
    locked = Files.createFile(mount.path().resolve("evidence.db-shm"));
    holder = FileChannel.open(locked, StandardOpenOption.READ, StandardOpenOption.WRITE);
    assertTrue(holder.lock().isValid());
    assertEquals(1, locksInTheKernel());
  }

  @AfterEach
  void unlock() throws Exception {
    holder.close();
    mount.close();
  }

  @Test
  void nothingIsToldOfThemUnderWhateverName() throws Exception {
    LinuxProcesses processes = new LinuxProcesses();
    LinuxFiles files =
        new LinuxFiles(processes, new LinuxVolumes(), List.of(locked), InstantSource.system());
    try {
      Assumptions.assumeFalse(files.open().reduced(), "SKIPPED: fanotify is not to be had here");
      Path other = mount.path().resolve("other");
      Path end = mount.path().resolve("end");
      OwnMount.run("ln", locked.toString(), other.toString());
      OwnMount.run("sh", "-c", "echo x >> " + locked + "; echo x >> " + other + "; : > " + end);
      List<Path> written = writtenUntil(files::await, end);
      assertEquals(List.of(end), written);
    } finally {
      files.close();
    }
  }

  @Test
  void theKernelOpensNoDescriptorOfThemForUs() throws Exception {
    try (FanotifyGroup group = FanotifyGroup.open(FanotifyGroup.Mode.DESCRIPTORS)) {
      group.ignore(FanotifyEvent.CLOSE_WRITE, locked);
      group.markFileSystem(FanotifyEvent.CLOSE_WRITE, mount.path().toString());
      Path end = mount.path().resolve("end");
      OwnMount.run("sh", "-c", "echo x >> " + locked + "; echo x >> " + locked + "; : > " + end);
      List<Path> told =
          writtenUntil(
              patience -> {
                List<FileEvent> events = new ArrayList<>();
                for (FanotifyEvent event : group.read()) {
                  try (Fd fd = Fd.of(event.fd(), "fanotify")) {
                    events.add(new FileEvent.Written(RawPath.of(fd), processes().of(event.pid())));
                  }
                }
                return events;
              },
              end);
      assertEquals(List.of(end), told);
      assertEquals(1, locksInTheKernel());
    } catch (FanotifyMissing e) {
      Assumptions.abort("SKIPPED: fanotify is not to be had here: " + e);
    }
  }

  private static LinuxProcesses processes() {
    return new LinuxProcesses();
  }

  @FunctionalInterface
  private interface Look {
    List<FileEvent> await(Duration patience) throws IOException;
  }

  /** What was written on the test's own file system, up to the file that ends it. */
  private List<Path> writtenUntil(Look look, Path end) throws IOException {
    List<Path> written = new ArrayList<>();
    Instant deadline = Instant.now().plus(DEADLINE);
    while (!written.contains(end)) {
      assertTrue(Instant.now().isBefore(deadline), () -> "only " + written + " was told");
      for (FileEvent event : look.await(Duration.ofMillis(100))) {
        if (event instanceof FileEvent.Written w && w.file().startsWith(mount.path())) {
          written.add(w.file());
        }
      }
    }
    return written;
  }

  /** Lines of /proc/locks (proc(5)) about the file: they name it by device and inode. */
  private long locksInTheKernel() throws IOException {
    String inode = ":" + Files.getAttribute(locked, "unix:ino") + " ";
    String pid = " " + ProcessHandle.current().pid() + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .filter(line -> line.contains(inode) && line.contains(pid))
        .count();
  }
}
