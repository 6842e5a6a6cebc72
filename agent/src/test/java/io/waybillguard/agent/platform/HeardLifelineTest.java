package io.waybillguard.agent.platform;

import java.util.List;
import java.util.Optional;

final class HeardLifelineTest implements LifelineContract {
  private final HeardLifeline line = new HeardLifeline(Optional.empty());

  @Override
  public Lifeline line() {
    return line;
  }

  @Override
  public List<String> heard() {
    return line.heard();
  }
}
