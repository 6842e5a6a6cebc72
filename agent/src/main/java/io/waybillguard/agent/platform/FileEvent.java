package io.waybillguard.agent.platform;

import java.nio.file.Path;

/** What happened to a file, or to the view of files. */
public sealed interface FileEvent {
  /**
   * A file was closed after it had been open for writing, or was moved to this name.
   *
   * @param by who did it; {@link ProcessFacts#UNKNOWN} where the system does not tell
   */
  record Written(Path file, ProcessFacts by) implements FileEvent {}

  /** A file was opened to be run. Interpreters of scripts are told of as well, loaders are not. */
  record Started(Path file, ProcessFacts process) implements FileEvent {}

  /**
   * A file was read, or opened to be read and closed: on a removable medium, in a folder whose
   * reading was asked for, or one that is followed.
   */
  record Read(Path file, ProcessFacts by) implements FileEvent {}

  /** The agent itself wrote a file that it gave a name of {@link #SIGN}, so that this is seen. */
  record Shown(Path file) implements FileEvent {}

  /** How the names of such files begin; the agent's own only, never those of other programs. */
  String SIGN = ".waybill-guard-sign-";

  /** Something was mounted or unmounted; ask {@link Volumes#list} what. */
  record VolumesChanged() implements FileEvent {}

  /**
   * A file system was mounted that cannot be watched, or not fully; the detail says what and why.
   */
  record Unwatched(Path mountPoint, String detail) implements FileEvent {}

  /** From now on more or less is seen than was said before: this, and no more. */
  record ViewChanged(FileActivity.View view) implements FileEvent {}

  /**
   * Events in a folder were lost. It was looked over again, and what changed in it follows as
   * {@link Written}; what came and went in between is not known.
   */
  record Lost(Path folder, String cause) implements FileEvent {}

  /**
   * Starts of programs were lost. What still runs of them follows as {@link Started}, or came just
   * before.
   */
  record StartsLost(String cause) implements FileEvent {}
}
