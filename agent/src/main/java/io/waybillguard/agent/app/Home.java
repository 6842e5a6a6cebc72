package io.waybillguard.agent.app;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folders that an agent lives in.
 *
 * @param root what paths are shown relative to; null for an installed agent, whose folders have no
 *     common one
 * @param config what a person sets
 * @param data the evidence log, the keys and the enrolment
 * @param logs what operators read
 */
record Home(@Nullable Path root, Path config, Path data, Path logs) {

  /** A home that lies in one folder, as {@code --home} names it. */
  static Home at(Path root) {
    return new Home(root, root.resolve("config"), root.resolve("data"), root.resolve("logs"));
  }

  /** The home of an installed agent (Filesystem Hierarchy Standard 3.0; Windows ProgramData). */
  static Home ofSystem(boolean windows, Map<String, String> environment) {
    if (windows) {
      return at(
          Path.of(environment.getOrDefault("ProgramData", "C:\\ProgramData"), "WaybillGuard"));
    }
    return new Home(
        null,
        Path.of("/etc/waybill-guard"),
        Path.of("/var/lib/waybill-guard"),
        Path.of("/var/log/waybill-guard"));
  }

  /**
   * Where people at this desk speak to the running agent: a place that every account may enter. The
   * path of a Unix-domain socket has room for some 100 bytes (unix(7)).
   */
  Path door() {
    return (root == null ? Path.of("/run/waybill-guard") : root).resolve("desk.sock");
  }

  /** Where word is left for the agent where no door can be; its administrator's alone. */
  Path slot() {
    return data.resolve("slot");
  }

  /** The settings; need not exist. */
  Path configFile() {
    return config.resolve("agent.yaml");
  }

  /** A path of this home as a person is told it: {@code config/agent.yaml}. */
  String shown(Path path) {
    return root != null && path.startsWith(root)
        ? root.relativize(path).toString().replace('\\', '/')
        : path.toString();
  }
}
