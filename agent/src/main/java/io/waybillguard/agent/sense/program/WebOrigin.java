package io.waybillguard.agent.sense.program;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host a file was downloaded from, as browsers, curl and wget write it beside the file
 * (freedesktop.org, Guidelines for extended attributes). The rest of the address may name a person
 * and is not read on.
 */
final class WebOrigin {
  private static final Logger LOG = LoggerFactory.getLogger(WebOrigin.class);

  /** The prefix {@code user.} is Java's. */
  private static final List<String> NAMES = List.of("xdg.origin.url", "xdg.referrer.url");

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
