package io.waybillguard.agent.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The official OCSF schema as far as we need it, and the question whether an event keeps to it.
 * Shares no code with {@link Ocsf}, which it is there to check.
 */
final class OcsfSchema {
  private final Json.Obj classes;
  private final Json.Obj objects;

  private OcsfSchema(Json.Obj schema) throws JsonException {
    this.classes = schema.object("classes");
    this.objects = schema.object("objects");
  }

  /** The schema that the repository carries. */
  static OcsfSchema carried() throws IOException, JsonException {
    return new OcsfSchema(
        Json.parse(
            Files.readAllBytes(
                Path.of("..", "config", "schema", "ocsf-" + Ocsf.VERSION + ".json"))));
  }

  /** Everything in which the event departs from the schema, one a line; empty when nothing. */
  List<String> violations(Json.Obj event) throws JsonException {
    List<String> found = new ArrayList<>();
    long uid = event.number("class_uid", -1);
    if (!classes.has(Long.toString(uid))) {
      return List.of("class_uid " + uid + " is not a class of this schema");
    }
    Json.Obj ocsfClass = classes.object(Long.toString(uid));
    same(found, "category_uid", ocsfClass.number("category_uid"), event);
    same(found, "type_uid", uid * 100 + event.number("activity_id", -1), event);
    check(found, "", event, ocsfClass);
    return found;
  }

  private static void same(List<String> found, String key, long expected, Json.Obj event) {
    if (event.number(key, -1) != expected) {
      found.add(key + " is " + event.number(key, -1) + ", should be " + expected);
    }
  }

  /** Checks an object against the attributes and constraints of its definition. */
  private void check(List<String> found, String path, Json.Obj given, Json.Obj definition)
      throws JsonException {
    Json.Obj attributes = definition.object("attributes");
    for (String key : given.keys()) {
      if (!attributes.has(key)) {
        found.add(path + key + " is no attribute of the schema");
        continue;
      }
      checkAttribute(found, path + key, given.find(key).orElseThrow(), attributes.object(key));
      checkSibling(found, path, key, given, attributes);
    }
    for (String key : attributes.keys()) {
      if (attributes.object(key).number("req", 0) == 1 && !given.has(key)) {
        found.add(path + key + " is required and missing");
      }
    }
    Json.Obj constraints = definition.object("constraints");
    for (String constraint : constraints.keys()) {
      List<String> among = constraints.texts(constraint);
      Set<String> present = among.stream().filter(given::has).collect(Collectors.toSet());
      boolean kept =
          switch (constraint) {
            case "at_least_one" -> !present.isEmpty();
            case "just_one" -> present.size() == 1;
            default -> false; // A constraint that this checker does not know is not kept.
          };
      if (!kept) {
        found.add(path + " has " + present + " of " + among + ", which breaks " + constraint);
      }
    }
  }

  private void checkAttribute(List<String> found, String path, Object value, Json.Obj attribute)
      throws JsonException {
    if (attribute.number("a", 0) != 1) {
      checkValue(found, path, value, attribute);
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        checkValue(found, path + "[" + i + "]", list.get(i), attribute);
      }
    } else {
      found.add(path + " should be an array");
    }
  }

  private void checkValue(List<String> found, String path, Object value, Json.Obj attribute)
      throws JsonException {
    String type = attribute.text("t");
    boolean right =
        switch (type) {
          case "string_t" -> value instanceof String;
          case "boolean_t" -> value instanceof Boolean;
          case "long_t" -> value instanceof Long;
          case "integer_t" -> value instanceof Long n && n == n.intValue();
          case "json_t" -> true;
          case "float_t" -> false; // Our dialect has none.
          default -> value instanceof Json.Obj;
        };
    if (!right) {
      found.add(path + " should be " + type + ", is " + value);
      return;
    }
    List<String> allowed = attribute.texts("e");
    if (!allowed.isEmpty() && !allowed.contains(String.valueOf(value))) {
      found.add(path + " is " + value + ", should be one of " + allowed);
    }
    // The object called "object" is OCSF's free one: unmapped.
    if (value instanceof Json.Obj object && !type.equals("object") && !type.equals("json_t")) {
      check(found, path + ".", object, objects.object(type));
    }
  }

  /** Value 99 of an enum means "other": its sibling must then say what (OCSF, enum attributes). */
  private static void checkSibling(
      List<String> found, String path, String key, Json.Obj given, Json.Obj attributes) {
    if (key.endsWith("_id") && given.number(key, -1) == 99) {
      String stem = key.substring(0, key.length() - "_id".length());
      String sibling = attributes.has(stem + "_name") ? stem + "_name" : stem;
      if (attributes.has(sibling) && !given.has(sibling)) {
        found.add(path + sibling + " is missing beside " + key + " 99");
      }
    }
  }
}
