package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.sense.session.RemoteLogins.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Under which uid each session was told. A login is often seen by its record before its connection
 * is, and its record outlives the connection by a moment: all the while it is one session, under
 * the uid that it had first.
 */
final class ToldAs {
  /** The uid under which it was told, by each that it was seen with since. */
  private final Map<String, String> told = new HashMap<>();

  /**
   * The sessions of one look under the uids under which they were told.
   *
   * @param open the uids that were told and are not over; each is given to one session at most
   */
  List<RemoteSession> of(List<Seen> seen, Set<String> open) {
    told.values().retainAll(open);
    Set<String> free = new HashSet<>(open);
    seen.forEach(one -> free.remove(one.session().uid()));
    List<RemoteSession> sessions = new ArrayList<>();
    for (Seen one : seen) {
      String own = one.session().uid();
      String uid = open.contains(own) ? own : before(one, free).orElse(own);
      free.remove(uid);
      Stream.concat(Stream.of(own), one.records().stream())
          .filter(each -> !each.equals(uid))
          .forEach(each -> told.putIfAbsent(each, uid));
      sessions.add(one.session().as(uid));
    }
    return sessions;
  }

  private Optional<String> before(Seen one, Set<String> free) {
    return Stream.concat(
            Stream.of(told.getOrDefault(one.session().uid(), "")), one.records().stream())
        .filter(free::contains)
        .findFirst();
  }
}
