package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The mount table of this process: {@code /proc/self/mountinfo}, proc_pid_mountinfo(5). */
final class MountTable {
  /** {@code /proc/filesystems}, mount(8). */
  private static final Set<String> MADE_UP =
      Set.of(
          "autofs",
          "binfmt_misc",
          "bpf",
          "cgroup",
          "cgroup2",
          "configfs",
          "cpuset",
          "debugfs",
          "devpts",
          "devtmpfs",
          "efivarfs",
          "fusectl",
          "hugetlbfs",
          "mqueue",
          "nsfs",
          "proc",
          "pstore",
          "rpc_pipefs",
          "securityfs",
          "selinuxfs",
          "smackfs",
          "sysfs",
          "tracefs");

  /**
   * One mount. Strings hold bytes, one a character ({@link RawPath}): a mount point need not be
   * text.
   *
   * @param id of the mount; a later mount at the same place has another
   * @param device {@code major:minor} of the file system
   * @param root the folder within the file system that is mounted: {@code /} unless bound
   * @param mountPoint where it appears
   * @param fileSystem its kind
   * @param source what is mounted, as the file system tells it
   * @param readOnly whether nothing can be written through this mount
   * @param options of the mount, then those of the file system that are not among them
   */
  record Mount(
      int id,
      String device,
      String root,
      String mountPoint,
      String fileSystem,
      String source,
      boolean readOnly,
      String options) {
    /** Whether no program can be put there, or only by the kernel itself, which makes all of it. */
    boolean isMadeUp() {
      return MADE_UP.contains(fileSystem);
    }

    /** Whether the device number is that of a real block device; 0 is the kernel's own. */
    boolean hasBlockDevice() {
      return !device.startsWith("0:");
    }
  }

  private MountTable() {}

  /** All mounts, in the order of mounting. */
  static List<Mount> read(Path mountinfo) throws IOException {
    return parse(Files.readAllBytes(mountinfo));
  }

  static List<Mount> parse(byte[] mountinfo) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (String line : new String(mountinfo, StandardCharsets.ISO_8859_1).split("\n")) {
      if (!line.isEmpty()) {
        mounts.add(parse(line));
      }
    }
    return mounts;
  }

  private static Mount parse(String line) throws IOException {
    // 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw
    // The number of optional fields before the lone hyphen varies.
    String[] fields = line.split(" ");
    int hyphen = 6;
    while (hyphen < fields.length && !fields[hyphen].equals("-")) {
      hyphen++;
    }
    if (hyphen + 2 >= fields.length) {
      throw new IOException(
          "a line of the mount table has "
              + fields.length
              + " fields where at least 9 were expected: "
              + line);
    }
    String own = fields[5];
    String shared = hyphen + 3 < fields.length ? fields[hyphen + 3] : "";
    Set<String> options = new LinkedHashSet<>(List.of(own.split(",")));
    boolean readOnly = options.contains("ro");
    if (!shared.isEmpty()) {
      options.addAll(List.of(shared.split(",")));
    }
    if (options.contains("ro")) {
      options.remove("rw"); // of the two places where it may stand, one says ro
    }
    return new Mount(
        Integer.parseInt(fields[0]),
        fields[2],
        unescaped(fields[3]),
        unescaped(fields[4]),
        fields[hyphen + 1],
        unescaped(fields[hyphen + 2]),
        readOnly,
        String.join(",", options));
  }

  /** Space, tab, newline, backslash and (in sources) {@code #} are written as {@code \NNN}. */
  static String unescaped(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder plain = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
