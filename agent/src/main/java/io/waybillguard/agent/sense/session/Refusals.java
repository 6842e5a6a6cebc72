package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RemoteLoginsRefused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Logins that were refused, summed up: the first from a place is told at once, and then once a
 * minute how many more there were. Somebody who tries thousands of passwords makes a record a
 * minute.
 */
final class Refusals {
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** Places that are told apart; what comes from more of them is summed up as from nowhere. */
  private static final int MOST = 64;

  private record Place(String tool, String peer) {}

  private static final class Sum {
    Instant first;
    Instant last;
    Instant told;
    long times;

    Sum(Instant at) {
      first = at;
      last = at;
      told = Instant.MIN;
    }
  }

  private final Map<Place, Sum> sums = new LinkedHashMap<>();
  private final UnaryOperator<String> names;

  /**
   * @param names a tool's name by its id
   */
  Refusals(UnaryOperator<String> names) {
    this.names = names;
  }

  void add(ToolLogs.Refused refused) {
    Place place = new Place(refused.tool(), refused.peer());
    if (sums.size() >= MOST && !sums.containsKey(place)) {
      place = new Place(refused.tool(), "");
    }
    Sum sum = sums.computeIfAbsent(place, p -> new Sum(refused.at()));
    if (sum.times == 0) {
      sum.first = refused.at();
    }
    sum.times++;
    sum.last = refused.at().isBefore(sum.first) ? sum.first : refused.at();
  }

  /** What is to be told by now. */
  List<Observation> due(Instant now) {
    List<Observation> due = new ArrayList<>();
    sums.entrySet()
        .removeIf(
            each -> {
              Sum sum = each.getValue();
              if (!sum.told.equals(Instant.MIN) && sum.told.plus(PAUSE).isAfter(now)) {
                return false;
              }
              if (sum.times == 0) {
                return true; // a quiet minute: the next is told at once again
              }
              Place place = each.getKey();
              due.add(
                  new RemoteLoginsRefused(
                      sum.last,
                      sum.first,
                      place.tool(),
                      names.apply(place.tool()),
                      place.peer(),
                      sum.times));
              sum.times = 0;
              sum.told = now;
              return false;
            });
    return due;
  }
}
