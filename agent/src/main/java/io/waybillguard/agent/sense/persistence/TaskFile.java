package io.waybillguard.agent.sense.persistence;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * A task of Windows' scheduler (Microsoft MS-TSCH, 2.5 and Task Scheduler Schema): one line for
 * each command. Written by anybody: no part of it may make the reader ask elsewhere.
 */
final class TaskFile {
  private TaskFile() {}

  static List<Line> read(Source source) {
    Element task;
    try {
      task = parse(source.text());
    } catch (SAXException | IOException e) {
      return List.of(Line.whole(source.name() + " (not a task)"));
    }
    String user = text(task, "UserId");
    boolean enabled = !text(first(task, "Settings"), "Enabled").equals("false");
    List<Line> lines = new ArrayList<>();
    for (Element exec : all(task, "Exec")) {
      // Quoted, a path may hold blanks; the file says which word is the command.
      String command = text(exec, "Command").replace("\"", "");
      String line = ("\"" + command + "\" " + text(exec, "Arguments")).strip();
      lines.add(Line.windows(source.name(), user, line).enabled(enabled && hasTrigger(task)));
    }
    for (Element handler : all(task, "ComHandler")) {
      lines.add(
          Line.fact(source.name(), user, "COM " + text(handler, "ClassId"))
              .enabled(enabled && hasTrigger(task)));
    }
    return lines;
  }

  /** One without a trigger runs only when somebody starts it. */
  private static boolean hasTrigger(Element task) {
    Set<Node> triggers = new HashSet<>();
    for (Element all : all(task, "Triggers")) {
      NodeList children = all.getChildNodes();
      for (int i = 0; i < children.getLength(); i++) {
        if (children.item(i) instanceof Element) {
          triggers.add(children.item(i));
        }
      }
    }
    return !triggers.isEmpty();
  }

  private static Element parse(String text) throws SAXException, IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setNamespaceAware(true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      int start = text.indexOf('<'); // after a byte order mark
      return builder
          .parse(new InputSource(new StringReader(text.substring(Math.max(0, start)))))
          .getDocumentElement();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this Java runtime cannot read XML safely", e);
    }
  }

  private static Element first(Element in, String name) {
    List<Element> all = all(in, name);
    return all.isEmpty() ? in.getOwnerDocument().createElement(name) : all.get(0);
  }

  private static List<Element> all(Element in, String name) {
    NodeList nodes = in.getElementsByTagNameNS("*", name);
    List<Element> all = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      all.add((Element) nodes.item(i));
    }
    return all;
  }

  private static String text(Element in, String name) {
    List<Element> all = all(in, name);
    return all.isEmpty() ? "" : all.get(0).getTextContent().strip();
  }
}
