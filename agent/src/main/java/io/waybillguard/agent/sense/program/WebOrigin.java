package io.waybillguard.agent.sense.program;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host a file was downloaded from, as browsers, curl and wget write it beside the file: on
 * Linux by the freedesktop.org Guidelines for extended attributes, on Windows in the stream {@code
 * Zone.Identifier}. The rest of the address may name a person and is not read on.
 */
final class WebOrigin {
  private static final Logger LOG = LoggerFactory.getLogger(WebOrigin.class);

  /** The prefix {@code user.} is Java's. */
  private static final List<String> NAMES = List.of("xdg.origin.url", "xdg.referrer.url");

  private static final String ZONE = "Zone.Identifier";

  /** Keys of that stream that hold an address, the better one first. */
  private static final List<String> ZONE_KEYS = List.of("HostUrl=", "ReferrerUrl=");

  private static final int LONGEST = 64 << 10;

  private WebOrigin() {}

  /** The host, or "" when the file does not tell. */
  static String host(Path file) {
    try {
      UserDefinedFileAttributeView view =
          Files.getFileAttributeView(
              file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      if (view == null) {
        return "";
      }
      if (file.getFileSystem().getSeparator().equals("\\")) {
        return zoneHost(view);
      }
      List<String> there = view.list();
      for (String name : NAMES) {
        if (there.contains(name) && view.size(name) <= LONGEST) {
          ByteBuffer value = ByteBuffer.allocate(view.size(name));
          view.read(name, value);
          String host = hostOf(new String(value.array(), StandardCharsets.UTF_8).strip());
          if (!host.isEmpty()) {
            return host;
          }
        }
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("file={} does not tell what was written beside it: {}", file, e.toString());
    }
    return "";
  }

  /** A stream is opened by its name: asking for all names needs more than some disks can do. */
  private static String zoneHost(UserDefinedFileAttributeView view) throws IOException {
    int size;
    try {
      size = view.size(ZONE);
    } catch (NoSuchFileException e) {
      return ""; // it was not downloaded, or somebody took the mark away
    }
    if (size > LONGEST) {
      return "";
    }
    ByteBuffer value = ByteBuffer.allocate(size);
    view.read(ZONE, value);
    return zoneHost(new String(value.array(), StandardCharsets.UTF_8));
  }

  /** The host in the text of such a stream, which is an INI file of one group. */
  static String zoneHost(String text) {
    for (String key : ZONE_KEYS) {
      for (String line : text.split("\\R")) {
        if (line.startsWith(key)) {
          String host = hostOf(line.substring(key.length()).strip());
          if (!host.isEmpty()) {
            return host;
          }
        }
      }
    }
    return "";
  }

  static String hostOf(String address) {
    try {
      String host = new URI(address).getHost();
      return host == null ? "" : host;
    } catch (URISyntaxException e) {
      LOG.debug("what a file says of its origin is no address: {}", e.getReason());
      return "";
    }
  }
}
