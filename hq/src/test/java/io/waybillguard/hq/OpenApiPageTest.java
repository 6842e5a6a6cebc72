package io.waybillguard.hq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Holds {@code docs/openapi.yaml} against the addresses that HQ serves. */
final class OpenApiPageTest {
  private static Path top() {
    Path top = Path.of("").toAbsolutePath();
    while (Files.notExists(top.resolve("docs/openapi.yaml"))) {
      top = Objects.requireNonNull(top.getParent(), "no docs/openapi.yaml above the module");
    }
    return top;
  }

  private static String read(String file) throws IOException {
    return Files.readString(top().resolve(file), StandardCharsets.UTF_8);
  }

  private static Map<?, ?> page() throws IOException {
    Object page =
        new Load(LoadSettings.builder().build()).loadFromString(read("docs/openapi.yaml"));
    return (Map<?, ?>) page;
  }

  private static SortedSet<String> told() throws IOException {
    SortedSet<String> told = new TreeSet<>();
    Map<?, ?> paths = (Map<?, ?>) Objects.requireNonNull(page().get("paths"));
    for (Map.Entry<?, ?> path : paths.entrySet()) {
      for (Object key : ((Map<?, ?>) path.getValue()).keySet()) {
        if (!key.equals("parameters")) {
          told.add(key + " " + path.getKey());
        }
      }
    }
    return told;
  }

  @Test
  void everyAddressOfTheAgentsApiIsOnThePageAndNoOther() throws IOException {
    SortedSet<String> served = new TreeSet<>();
    Matcher route =
        Pattern.compile("config\\.routes\\.(get|post|put|delete)\\(\\s*\"([^\"]+)\"")
            .matcher(read("hq/src/main/java/io/waybillguard/hq/http/AgentApi.java"));
    while (route.find()) {
      served.add(route.group(1) + " " + route.group(2));
    }
    assertFalse(served.isEmpty(), "no routes found in AgentApi");
    assertEquals(served, told());
  }

  @Test
  void everyReferenceLeadsSomewhere() throws IOException {
    Matcher reference =
        Pattern.compile("\\$ref: \"#/([^\"]+)\"").matcher(read("docs/openapi.yaml"));
    int found = 0;
    while (reference.find()) {
      Object here = page();
      for (String step : reference.group(1).split("/", -1)) {
        here = Objects.requireNonNull(((Map<?, ?>) here).get(step), reference.group());
      }
      found++;
    }
    assertFalse(found == 0, "no references found");
  }
}
