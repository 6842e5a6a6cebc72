package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Groups of processes of our own in the system's tree of control groups, version 2 (cgroups(7)):
 * {@code waybill_guard/ID} below its root. No controller is switched on in them; they are names
 * that the firewall can ask for.
 *
 * <p>What a process starts is in its group from the first moment on. A socket stays in the group in
 * which it was made, wherever its process goes.
 */
final class Cgroups {
  /** How deep our groups lie below the root, as nf_tables counts. */
  static final int LEVEL = 2;

  private static final String FOLDER = "waybill_guard";
  private static final String PROCESSES = "cgroup.procs";

  private final Path root;
  private final Path proc;

  private Cgroups(Path root, Path proc) {
    this.root = root;
    this.proc = proc;
  }

  /**
   * @throws UnsupportedHere if this system has no such tree
   */
  static Cgroups find() throws IOException {
    Path proc = Path.of("/proc");
    for (String line : Files.readAllLines(proc.resolve("self/mountinfo"))) {
      // proc_pid_mountinfo(5): the fifth field is the place; the type follows a lone hyphen.
      String[] halves = line.split(" - ", 2);
      String[] fields = halves[0].split(" ");
      if (halves.length == 2 && halves[1].startsWith("cgroup2 ") && fields.length > 4) {
        return new Cgroups(Path.of(fields[4]), proc);
      }
    }
    throw new UnsupportedHere(
        "no program can be blocked: this system has no control groups of version 2");
  }

  /**
   * Makes a group, where it is missing.
   *
   * @return the number by which the kernel knows it
   */
  long make(String id) throws IOException {
    Path group = Files.createDirectories(of(id));
    // Also what cgroup_id() of the kernel gives, on 64-bit systems: kernfs_node.id.
    return (Long) Files.getAttribute(group, "unix:ino");
  }

  private Path of(String id) {
    return root.resolve(FOLDER).resolve(id);
  }

  /** The group of a process, as a path below the root; empty when it has ended. */
  Optional<String> where(long pid) throws IOException {
    try {
      // Of version 2 there is one line, and its number is 0.
      return Files.readAllLines(proc.resolve(Long.toString(pid)).resolve("cgroup")).stream()
          .filter(line -> line.startsWith("0::/"))
          .map(line -> line.substring("0::/".length()))
          .findFirst();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      // ESRCH: it ended between opening and reading.
      if (!Files.exists(proc.resolve(Long.toString(pid)))) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether a process is in one of these groups. */
  boolean holds(String id, long pid) throws IOException {
    return where(pid).filter((FOLDER + '/' + id)::equals).isPresent();
  }

  /**
   * Moves a process, with all of its threads.
   *
   * @return false when it has ended
   */
  boolean take(String id, long pid) throws IOException {
    return move(pid, of(id));
  }

  /**
   * Moves a process to where it was before.
   *
   * @return false when it has ended, or that group has
   */
  boolean giveBack(long pid, String group) throws IOException {
    Path before = root.resolve(group);
    return Files.isDirectory(before) && move(pid, before);
  }

  private boolean move(long pid, Path group) throws IOException {
    try {
      Files.writeString(group.resolve(PROCESSES), Long.toString(pid));
      return true;
    } catch (IOException e) {
      if (!Files.exists(proc.resolve(Long.toString(pid)))) {
        return false;
      }
      throw e;
    }
  }

  /** Removes a group. One in which processes are left stays: without a rule it does nothing. */
  void remove(String id) throws IOException {
    for (Path each : new Path[] {of(id), root.resolve(FOLDER)}) {
      try {
        Files.deleteIfExists(each);
      } catch (DirectoryNotEmptyException e) {
        return; // others of ours are in it
      } catch (FileSystemException e) {
        if (!"Device or resource busy".equals(e.getReason())) {
          throw e;
        }
        return;
      }
    }
  }
}
