package io.waybillguard.agent.sense.program;

import java.util.List;

/** Where a program lies when nobody is meant to find it, or where anybody may put one. */
final class HiddenPlaces {
  private final List<String> openToAll;

  /**
   * @param openToAll folders, each ending in a slash
   */
  HiddenPlaces(List<String> openToAll) {
    this.openToAll = openToAll;
  }

  /**
   * @param path absolute, as text, with slashes
   */
  boolean hide(String path) {
    if (openToAll.stream().anyMatch(path::startsWith)) {
      return true;
    }
    for (String part : path.split("/")) {
      // A leading dot hides from file managers and from ls; a name of blanks hides in plain sight.
      if (part.startsWith(".") || (!part.isEmpty() && part.isBlank())) {
        return true;
      }
    }
    return false;
  }
}
