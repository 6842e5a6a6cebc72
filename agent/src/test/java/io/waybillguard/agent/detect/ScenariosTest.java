package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The crime in its variants, and days on which nothing is wrong, through all rules. */
final class ScenariosTest {
  private record Scenario(
      String name, List<String> steps, List<String> story, Severity severity, int incidents) {}

  /** All whose files' names begin so, in the order of these names. */
  private static List<Scenario> scenarios(String kind) throws Exception {
    List<Scenario> found = new ArrayList<>();
    Path folder =
        Path.of(
            Objects.requireNonNull(ScenariosTest.class.getResource("/scenarios"), "scenarios")
                .toURI());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith(kind)).sorted().toList()) {
        Map<?, ?> scenario =
            (Map<?, ?>)
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        found.add(
            new Scenario(
                text(scenario, "name", ""),
                texts(scenario, "steps"),
                texts(scenario, "story"),
                Severity.valueOf(text(scenario, "severity", "low").toUpperCase(Locale.ROOT)),
                Integer.parseInt(text(scenario, "incidents", "1"))));
      }
    }
    return found;
  }

  private static String text(Map<?, ?> scenario, String key, String otherwise) {
    Object value = scenario.get(key);
    return value == null ? otherwise : value.toString();
  }

  private static List<String> texts(Map<?, ?> scenario, String key) {
    return scenario.get(key) instanceof List<?> list
        ? list.stream().map(Object::toString).toList()
        : List.of();
  }

  private static List<IncidentChanged> told(Scenario scenario) {
    ScriptedDesk desk = new ScriptedDesk();
    scenario.steps().forEach(desk::play);
    return desk.incidents().stream()
        .filter(each -> each.severity().compareTo(Severity.LOW) > 0)
        .toList();
  }

  @TestFactory
  List<DynamicTest> everyCrimeIsToldAsItHappened() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Scenario crime : scenarios("crime-")) {
      tests.add(
          DynamicTest.dynamicTest(
              crime.name(),
              () -> {
                List<IncidentChanged> told = told(crime);
                assertEquals(crime.incidents(), told.size(), () -> "incidents: " + told);
                IncidentChanged last = told.get(told.size() - 1);
                assertEquals(crime.story(), ScriptedDesk.story(last));
                assertTrue(
                    last.severity().compareTo(crime.severity()) >= 0,
                    () -> last.severity() + ", not " + crime.severity());
              }));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> noIncidentAboveLowOnADayWithNothingWrong() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Scenario day : scenarios("benign-")) {
      tests.add(DynamicTest.dynamicTest(day.name(), () -> assertEquals(List.of(), told(day))));
    }
    return tests;
  }

  @Test
  void theCorpusIsLargeEnoughAndItsTableIsPrinted() throws Exception {
    List<Scenario> crimes = scenarios("crime-");
    List<Scenario> days = scenarios("benign-");
    assertTrue(crimes.size() >= 40, () -> "crimes: " + crimes.size());
    assertTrue(days.size() >= 25, () -> "days: " + days.size());
    long seen = crimes.stream().filter(each -> !told(each).isEmpty()).count();
    long right =
        crimes.stream()
            .filter(
                each -> {
                  List<IncidentChanged> told = told(each);
                  return told.size() == each.incidents()
                      && ScriptedDesk.story(told.get(told.size() - 1)).equals(each.story());
                })
            .count();
    long wrong = days.stream().mapToLong(each -> told(each).size()).sum();
    System.out.printf(
        "crimes %d: seen %d, told right %d; benign days %d: incidents above low %d%n",
        crimes.size(), seen, right, days.size(), wrong);
  }
}
