package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What real headers say of structures and constants; see layouts.txt and more-layouts.c. */
final class Layouts {
  private final Map<String, String> facts = new HashMap<>();

  private Layouts() {}

  static Layouts ofHeaders() {
    Layouts layouts = new Layouts();
    layouts.read("layouts.txt");
    layouts.read("more-layouts.txt");
    return layouts;
  }

  private void read(String name) {
    InputStream found = Layouts.class.getResourceAsStream(name);
    assertNotNull(found, name);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(found, StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(line -> line.replaceAll(" own$", "").split(" ", 3))
          .forEach(parts -> facts.put(parts[0] + " " + parts[1], parts[2]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code sizeof}. */
  int size(String structure) {
    return Integer.parseInt(fact(structure, "size"));
  }

  /** {@code offsetof}. */
  int offset(String field) {
    return Integer.parseInt(fact(field, "offset"));
  }

  /** A constant, cut to 32 bits as C would. */
  int value(String constant) {
    return (int) Long.parseLong(fact(constant, "value"));
  }

  /** A GUID, or a GUID and a number. */
  String text(String constant, String kind) {
    return fact(constant, kind);
  }

  private String fact(String name, String kind) {
    String fact = facts.get(name + " " + kind);
    assertNotNull(fact, "no header was asked for the " + kind + " of " + name);
    return fact;
  }
}
