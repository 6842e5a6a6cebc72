package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a program came, by who wrote it, by who started that one, and by the folder. Pure.
 *
 * @param all the first that fits counts
 */
public record Families(List<Family> all) {
  /** None known. */
  public static final Families NONE = new Families(List.of());

  /** The kernel's own name of a process ends here (proc_pid_comm(5)). */
  private static final int KERNEL_NAME = 15;

  /**
   * One way to come.
   *
   * @param programs names of executables that write what they bring
   * @param under names of programs whose children do so
   * @param folders parts of paths that only such a program fills
   */
  public record Family(
      Origin.Way way, Set<String> programs, Set<String> under, List<String> folders) {
    public Family {
      programs = withKernelNames(programs);
      under = withKernelNames(under);
      folders = List.copyOf(folders);
    }

    private static Set<String> withKernelNames(Set<String> names) {
      return names.stream()
          .flatMap(n -> Stream.of(n, n.substring(0, Math.min(n.length(), KERNEL_NAME))))
          .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a process is of this family, or a child of one that is; by their names. */
    private boolean has(String by, List<String> above) {
      if (programs.contains(by)) {
        return true;
      }
      for (String one : above) {
        if (under.contains(one)) {
          return true;
        }
      }
      return false;
    }

    private boolean fills(String path) {
      for (String folder : folders) {
        if (path.contains(folder)) {
          return true;
        }
      }
      return false;
    }

    /** The highest of a process and those above it that belong to this family. */
    ProcessRef head(ProcessRef by, List<ProcessRef> above) {
      ProcessRef head = by;
      for (ProcessRef one : above) {
        if (programs.contains(name(one)) || under.contains(name(one))) {
          head = one;
        }
      }
      return head;
    }
  }

  public Families {
    all = List.copyOf(all);
  }

  private static String name(ProcessRef process) {
    return FileRef.nameOf(process.executable());
  }

  /**
   * The family by which a file came.
   *
   * @param path where it lies
   * @param by who wrote it
   * @param above who started that process, the nearest first
   */
  Optional<Family> of(String path, ProcessRef by, List<ProcessRef> above) {
    String name = name(by);
    List<String> namesAbove = new ArrayList<>(above.size());
    for (ProcessRef one : above) {
      namesAbove.add(name(one));
    }
    for (Family each : all) {
      if (each.has(name, namesAbove) || each.fills(path)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
