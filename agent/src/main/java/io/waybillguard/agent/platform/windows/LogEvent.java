package io.waybillguard.agent.platform.windows;

import java.io.StringReader;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An event of the Windows event log, read from its XML. Elements are known by their local names in
 * any order, and unknown ones are passed over: the forms differ by version of Windows and of the
 * event. Pure.
 *
 * @param provider who wrote it
 * @param id what it is, of that provider
 * @param record its number in its channel
 * @param data what it tells, by name; what has none by its place, from 0
 */
record LogEvent(
    String provider,
    int id,
    int version,
    Instant at,
    long record,
    String channel,
    String computer,
    Map<String, String> data) {
  LogEvent {
    data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
  }

  /** What it tells of that name, or "". */
  String value(String name) {
    return data.getOrDefault(name, "");
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if this is no event; the message says what is missing
   */
  static LogEvent of(String xml) {
    Reading reading = new Reading();
    try {
      XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(xml));
      while (reader.hasNext()) {
        reading.take(reader.next(), reader);
      }
    } catch (XMLStreamException e) {
      throw new IllegalArgumentException("an event is no XML: " + e.getMessage(), e);
    }
    return reading.event();
  }

  /** Events never have document types, and what is outside of them is never read. */
  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  /** What was read so far. */
  private static final class Reading {
    private final Map<String, String> head = new LinkedHashMap<>();
    private final Map<String, String> data = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private String name = "";
    private boolean isData;
    private int unnamed;

    void take(int kind, XMLStreamReader reader) {
      switch (kind) {
        case XMLStreamConstants.START_ELEMENT -> begin(reader);
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            text.append(reader.getText());
        case XMLStreamConstants.END_ELEMENT -> end(reader.getLocalName());
        default -> {
          // Comments and the like tell nothing.
        }
      }
    }

    private void begin(XMLStreamReader reader) {
      String element = reader.getLocalName();
      text.setLength(0);
      name = element;
      if (element.equals("EventData") || element.equals("UserData")) {
        isData = true;
      } else if (element.equals("Data") && isData) {
        String named = reader.getAttributeValue(null, "Name");
        name = named == null ? Integer.toString(unnamed++) : named;
      } else if (element.equals("Provider")) {
        keep("Provider", reader.getAttributeValue(null, "Name"));
      } else if (element.equals("TimeCreated")) {
        keep("TimeCreated", reader.getAttributeValue(null, "SystemTime"));
      }
    }

    private void keep(String key, String value) {
      if (value != null) {
        head.put(key, value);
      }
    }

    private void end(String element) {
      if (element.equals("EventData") || element.equals("UserData")) {
        isData = false;
      } else if (!name.isEmpty()) {
        // Only an element without others in it: one that ends as it began.
        (isData ? data : head).putIfAbsent(name, text.toString().strip());
      }
      name = "";
      text.setLength(0);
    }

    LogEvent event() {
      return new LogEvent(
          head.getOrDefault("Provider", ""),
          (int) number("EventID"),
          (int) (head.containsKey("Version") ? number("Version") : 0),
          time(),
          number("EventRecordID"),
          head.getOrDefault("Channel", ""),
          head.getOrDefault("Computer", ""),
          data);
    }

    private long number(String element) {
      String digits = head.getOrDefault(element, "");
      if (!digits.matches("[0-9]{1,18}")) {
        throw new IllegalArgumentException(
            "an event has \"" + digits + "\" for its " + element + ", not a number");
      }
      return Long.parseLong(digits);
    }

    /** Windows writes {@code T} and {@code Z}; a tool that exports events may leave both out. */
    private Instant time() {
      String written = head.getOrDefault("TimeCreated", "").replace(' ', 'T');
      try {
        return Instant.parse(written.endsWith("Z") ? written : written + "Z");
      } catch (DateTimeException e) {
        throw new IllegalArgumentException("an event has no time: \"" + written + "\"", e);
      }
    }
  }
}
