package io.waybillguard.agent.sense.persistence;

import java.util.List;
import java.util.Optional;

/**
 * An account of this machine: a line of passwd(5).
 *
 * @param name of it
 * @param uid its number
 * @param home its folder, absolute
 */
record Account(String name, int uid, String home) {
  /** Reads one line; empty when it is none. */
  static Optional<Account> parse(String line) {
    List<String> fields = List.of(line.split(":", -1));
    if (fields.size() < 7
        || !fields.get(2).matches("[0-9]{1,9}")
        || !fields.get(5).startsWith("/")) {
      return Optional.empty();
    }
    return Optional.of(new Account(fields.get(0), Integer.parseInt(fields.get(2)), fields.get(5)));
  }
}
