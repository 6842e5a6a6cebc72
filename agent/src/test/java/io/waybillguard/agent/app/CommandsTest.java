package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** What holds for every command. */
final class CommandsTest {
  private static final List<String> COMMANDS =
      List.of(
          "run",
          "enroll",
          "install-record",
          "status",
          "doctor",
          "sweep",
          "evidence list",
          "evidence show",
          "evidence verify",
          "evidence export",
          "config check",
          "service install",
          "service uninstall",
          "service start",
          "service stop",
          "service status",
          "setup apply",
          "setup enroll",
          "setup remove",
          "policy check",
          "removal check",
          "update check",
          "update install",
          "update reach",
          "disposal list",
          "disposal undo",
          "detect replay",
          "incidents",
          "incidents show",
          "operator sign-on",
          "operator sign-off",
          "visitor expect",
          "visitor slip");

  @Test
  void everyOneHasHelpInBothLanguagesAndSaysWhatEachOptionDoes() {
    for (String command : COMMANDS) {
      CalledMain chinese = CalledMain.of(Language.ZH, words(command + " --help"));
      CalledMain english = CalledMain.of(Language.EN, words(command + " --help"));
      assertEquals(Exit.DONE.code(), chinese.code(), command);
      assertTrue(chinese.out().lines().findFirst().orElse("").matches("\\p{IsHan}.*"), command);
      assertEquals(
          0, english.out().codePoints().filter(Character::isIdeographic).count(), english.out());
      for (CalledMain help : List.of(chinese, english)) {
        assertTrue(
            help.out().lines().allMatch(line -> Columns.of(line) <= Columns.WIDTH), help.out());
        assertTrue(
            help.out()
                .lines()
                .filter(line -> line.matches("( {6}| {2}-., )--.*"))
                .allMatch(line -> line.matches(" +(-., )?--[a-z0-9-]+(=\\S+)? {2,}\\S.*")),
            help.out());
      }
    }
  }

  private static Stream<String> words(String line) {
    return Stream.of(line.split(" "));
  }

  @Test
  void noneHasALoggerBeforeItIsKnownWhereLogLinesGo() {
    List<JavaClass> commands =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPath(Path.of("target", "classes", "io", "waybillguard", "agent", "app"))
                .stream()
                .filter(c -> c.isAssignableTo(Action.class) && !c.isInterface())
                .toList();
    assertEquals(COMMANDS.size(), commands.size(), commands::toString);
    for (JavaClass command : commands) {
      assertTrue(
          command.getFields().stream().noneMatch(f -> f.getRawType().isEquivalentTo(Logger.class)),
          command
              + " has a logger in a field: it would be made with the command, and write to the"
              + " terminal");
    }
  }
}
