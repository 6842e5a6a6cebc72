package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.HuntFinished;
import java.util.ArrayList;
import java.util.List;

/** What one hunt has found so far, each thing once; beyond what a record lists it is counted. */
final class Findings {
  private final List<HuntFinding> listed;
  private long unlisted;

  Findings(List<HuntFinding> listed, long unlisted) {
    this.listed = new ArrayList<>(listed);
    this.unlisted = unlisted;
  }

  void add(HuntFinding found) {
    if (listed.stream().anyMatch(found::isSame)) {
      return;
    }
    if (listed.size() < HuntFinished.MOST_LISTED) {
      listed.add(found);
    } else {
      unlisted++;
    }
  }

  List<HuntFinding> listed() {
    return List.copyOf(listed);
  }

  long unlisted() {
    return unlisted;
  }
}
