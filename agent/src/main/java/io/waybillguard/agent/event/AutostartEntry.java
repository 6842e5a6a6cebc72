package io.waybillguard.agent.event;

/**
 * Something that starts by itself, or decides what does or who may come in: one line, unit, job,
 * key or file of one point.
 *
 * @param point id in {@code config/persistence-points.yaml}
 * @param file where it is written
 * @param name of the unit, job or key; with {@code point} and {@code file} it tells this entry from
 *     all others
 * @param user the account that it runs as, or ""
 * @param command the command line as written, secrets masked; for what is no command, what it says;
 *     or ""
 * @param program the file that it starts; its fields are empty where that is not known, and for a
 *     file that is read line by line only its size and hash are there
 * @param enabled whether it takes effect as things are
 */
public record AutostartEntry(
    String point,
    String file,
    String name,
    String user,
    String command,
    FileRef program,
    boolean enabled) {
  /** The program of an entry that starts none, or none that can be told. */
  public static final FileRef NO_PROGRAM = new FileRef("", "", 0, "", "", "", false, false);

  /** The file in which it is written, in OCSF terms. */
  Json.Obj fileJson() {
    return Json.object()
        .put("name", FileRef.nameOf(file))
        .put("path", file)
        .put("type_id", Ocsf.FILE_REGULAR);
  }

  /** The parts that OCSF has no place for. */
  Ocsf unmappedInto(Ocsf ocsf) {
    return ocsf.unmapped("point", point)
        .unmapped("entry", name)
        .unmapped("runs_as", user)
        .unmapped("command", command)
        .unmapped("enabled", enabled)
        .unmapped("program", program.path())
        .unmapped("program_sha256", program.sha256())
        .unmapped("program_owner", program.owner())
        .unmapped("hidden_place", program.hidden())
        .unmapped("unreadable", program.unreadable());
  }

  /** Read back; the kind and size of its program are not in the event. */
  static AutostartEntry recalled(String file, Recalled unmapped) {
    return new AutostartEntry(
        unmapped.text("point"),
        file,
        unmapped.text("entry"),
        unmapped.text("runs_as"),
        unmapped.text("command"),
        new FileRef(
            unmapped.text("program"),
            "",
            0,
            unmapped.text("program_sha256"),
            unmapped.text("unreadable"),
            unmapped.text("program_owner"),
            false,
            unmapped.flag("hidden_place")),
        unmapped.flag("enabled"));
  }
}
