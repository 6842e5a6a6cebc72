package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attribute by which Windows hides a file from the Explorer. */
public final class HiddenAttribute {
  private static final Logger LOG = LoggerFactory.getLogger(HiddenAttribute.class);

  /** Windows hides these itself (Known Folders, CSIDL_APPDATA and others). */
  private static final Set<String> USUAL = Set.of("appdata", "programdata");

  private HiddenAttribute() {}

  /** Whether a file or a folder above it carries it; on Unix never, where names hide. */
  public static boolean hides(Path file) {
    if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return false;
    }
    for (Path at = file; at != null && at.getFileName() != null; at = at.getParent()) {
      if (!USUAL.contains(at.getFileName().toString().toLowerCase(Locale.ROOT)) && isSet(at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSet(Path file) {
    try {
      return Boolean.TRUE.equals(Files.getAttribute(file, "dos:hidden", LinkOption.NOFOLLOW_LINKS));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("file={} does not tell whether it is hidden: {}", file, e.toString());
      return false;
    }
  }
}
