package io.waybillguard.agent.event;

import java.util.Locale;

/**
 * What is known of a program file beside its content.
 *
 * @param mode its permission bits as in {@code st_mode} (set-user-id 04000, set-group-id 02000); -1
 *     when not asked, or where the system has none
 * @param packageName the package that the path belongs to, or ""
 * @param packaged whether the content is that of the package
 * @param place why the place or the name is unusual for a program, in a word; "" when it is not
 * @param imprint what it says of itself and who signed it
 */
public record FileTraits(
    int mode, String packageName, Packaged packaged, String place, Imprint imprint) {
  /** Nothing was asked. */
  public static final FileTraits NONE = new FileTraits(-1, "", Packaged.UNKNOWN, "");

  /** Those of a file that says nothing of itself. */
  public FileTraits(int mode, String packageName, Packaged packaged, String place) {
    this(mode, packageName, packaged, place, Imprint.NONE);
  }

  private static final int SET_ID = 06000;

  /** How a file stands to the packages of the system. */
  public enum Packaged {
    /** The path belongs to no package. */
    NO,
    /** The content is what the package brought. */
    AS_PACKAGED,
    /** The path belongs to a package and its content is another. */
    CHANGED,
    /** The path belongs to a package that does not tell its content, or it was not compared. */
    OWNED,
    /** The packages of this system cannot be asked. */
    UNKNOWN
  }

  /** The same, of a file that lies elsewhere. */
  public FileTraits placed(String there) {
    return new FileTraits(mode, packageName, packaged, there, imprint);
  }

  /** The parts that OCSF has no place for. */
  Ocsf unmappedInto(Ocsf ocsf) {
    if (mode >= 0) {
      ocsf.unmapped("mode", octal(mode));
      if ((mode & SET_ID) != 0) {
        ocsf.unmapped("set_id", true);
      }
    }
    if (packaged != Packaged.UNKNOWN) {
      ocsf.unmapped("packaged", packaged.name().toLowerCase(Locale.ROOT));
    }
    return imprint.unmappedInto(ocsf.unmapped("package", packageName).unmapped("place", place));
  }

  /** At least four digits. A formatter would make more objects than all the rest of a record. */
  private static String octal(int mode) {
    String digits = Integer.toOctalString(mode);
    return "0".repeat(Math.max(0, 4 - digits.length())) + digits;
  }

  /** What {@link #unmappedInto} wrote, and the file's own part of the imprint. */
  static FileTraits recalled(Recalled file, Recalled unmapped) throws JsonException {
    String mode = unmapped.text("mode");
    String packaged = unmapped.text("packaged");
    return new FileTraits(
        mode.isEmpty() ? -1 : Integer.parseInt(mode, 8),
        unmapped.text("package"),
        packaged.isEmpty() ? Packaged.UNKNOWN : Packaged.valueOf(packaged.toUpperCase(Locale.ROOT)),
        unmapped.text("place"),
        Imprint.recalled(file, unmapped));
  }
}
