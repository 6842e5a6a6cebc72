package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What group policy says of an installation: values of {@code HKLM\SOFTWARE\Policies\WaybillGuard},
 * where administrative templates write and only administrators may (Microsoft, "Implementing
 * Registry-based Policy"). Group policy gives an .msi no words of its own, and every account of the
 * PC can read the key: so the token, which works once, is not in it but in a file, one for each PC,
 * in a folder that it names.
 *
 * @param hq {@code Hq}, HQ's address, or ""
 * @param caSha256 {@code CaSha256}, or ""
 * @param scan {@code Scan}, folders with {@code ;} between them, or ""
 * @param enrolFile {@code EnrolFile}, the path of a file as {@link EnrolFile} has it, with
 *     variables such as {@code %COMPUTERNAME%}, or ""
 */
record RolloutPolicy(String hq, String caSha256, String scan, String enrolFile) {
  static final String KEY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\WaybillGuard";
  private static final Pattern VARIABLE = Pattern.compile("%([^%]+)%");

  /** Reads it; all is "" where there is none. */
  static RolloutPolicy read(Registry registry) throws IOException {
    Map<String, String> said = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    try {
      registry.values(KEY).forEach(value -> said.put(value.name(), value.text().strip()));
    } catch (NoSuchFileException e) {
      said.clear(); // this PC is under no such policy
    }
    return new RolloutPolicy(
        said.getOrDefault("Hq", ""),
        said.getOrDefault("CaSha256", ""),
        said.getOrDefault("Scan", ""),
        said.getOrDefault("EnrolFile", ""));
  }

  /**
   * What this PC is to enrol with; HQ's address and hash are the policy's where the file does not
   * say them.
   *
   * @param environment whose variables may stand in the file's path, in any case
   * @return empty when the policy names no file, or the file is not there yet
   * @throws IOException if it is there and cannot be read
   * @throws Refusal if its path is none
   */
  Optional<EnrolFile> enrolment(Map<String, String> environment) throws IOException, Refusal {
    if (!namesAFile()) {
      return Optional.empty();
    }
    Path file;
    try {
      file = Path.of(expanded(environment));
    } catch (InvalidPathException e) {
      throw new Refusal(e, Exit.USAGE, "setup.bad_enrol_file", enrolFile, KEY);
    }
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    EnrolFile told = EnrolFile.of(Files.readString(file));
    return Optional.of(
        new EnrolFile(
            told.hq().isEmpty() ? hq : told.hq(),
            told.token(),
            told.caSha256().isEmpty() ? caSha256 : told.caSha256()));
  }

  /** Whether it says where this PC finds its token. */
  boolean namesAFile() {
    return !enrolFile.isEmpty();
  }

  /** The file's path on this PC. */
  String expanded(Map<String, String> environment) {
    Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    anyCase.putAll(environment);
    return VARIABLE
        .matcher(enrolFile)
        .replaceAll(
            found -> Matcher.quoteReplacement(anyCase.getOrDefault(found.group(1), found.group())));
  }
}
