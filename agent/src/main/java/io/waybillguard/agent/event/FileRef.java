package io.waybillguard.agent.event;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A program file as it was found.
 *
 * @param path the whole path
 * @param kind what its first bytes say it is: {@code elf}, {@code pe}, {@code script}, …; never
 *     what its name says
 * @param size in bytes
 * @param sha256 of its content, lower-case hex; "" when it could not be read, and then {@code
 *     unreadable} says why
 * @param unreadable why it could not be hashed, or ""
 * @param owner the account that owns it, or ""
 * @param removable whether it lies on a removable medium
 * @param hidden whether its name or a folder above it hides it, or it lies in a place where
 *     programs do not belong
 * @param traits its permissions, its package, and what is unusual about its place
 */
public record FileRef(
    String path,
    String kind,
    long size,
    String sha256,
    String unreadable,
    String owner,
    boolean removable,
    boolean hidden,
    FileTraits traits) {

  /**
   * Accounts whose files no ordinary account can change: root, and on Windows the system, its
   * administrators and its installer (Microsoft, "Well-known SIDs": S-1-5-18, S-1-5-32-544, and
   * that of the service TrustedInstaller). These are their names on a Windows in Chinese or
   * English.
   */
  private static final Set<String> OF_THE_SYSTEM =
      Set.of(
          "root",
          "nt authority\\system",
          "builtin\\administrators",
          "nt service\\trustedinstaller");

  /** A file of which no traits were asked. */
  public FileRef(
      String path,
      String kind,
      long size,
      String sha256,
      String unreadable,
      String owner,
      boolean removable,
      boolean hidden) {
    this(path, kind, size, sha256, unreadable, owner, removable, hidden, FileTraits.NONE);
  }

  /** The last part of a path of either kind of system. */
  public static String nameOf(String path) {
    int cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    return cut < 0 || cut == path.length() - 1 ? path : path.substring(cut + 1);
  }

  /** OCSF {@code file} of an executable. */
  Json.Obj json() {
    Json.Obj file =
        Json.object()
            .put("name", nameOf(path))
            .put("path", path)
            .put("type_id", Ocsf.FILE_EXECUTABLE)
            .put("type", kind)
            .put("size", size)
            .put("drive_type_id", removable ? 1 : 2);
    if (!sha256.isEmpty()) {
      file.put("hashes", List.of(Ocsf.sha256(sha256)));
    }
    if (!owner.isEmpty()) {
      file.put("owner", Json.object().put("name", owner));
    }
    traits.imprint().into(file);
    return file;
  }

  /** Whether it belongs to an account that is a person's, or a service's of less rights. */
  public boolean isOwnedByAnOrdinaryAccount() {
    return !owner.isEmpty() && !OF_THE_SYSTEM.contains(owner.toLowerCase(Locale.ROOT));
  }

  /** The parts that OCSF has no place for. */
  Ocsf unmappedInto(Ocsf ocsf) {
    return traits.unmappedInto(
        ocsf.unmapped("hidden_place", hidden).unmapped("unreadable", unreadable));
  }

  /** What {@link #json} and {@link #unmappedInto} wrote. */
  static FileRef recalled(Recalled file, Recalled unmapped) throws JsonException {
    String sha256 = "";
    for (Recalled hash : file.parts("hashes")) {
      sha256 = hash.text("value");
    }
    return new FileRef(
        file.text("path"),
        file.text("type"),
        file.number("size"),
        sha256,
        unmapped.text("unreadable"),
        file.text("owner.name"),
        file.number("drive_type_id") == 1,
        unmapped.flag("hidden_place"),
        FileTraits.recalled(file, unmapped));
  }
}
