package io.waybillguard.agent.app;

import io.waybillguard.agent.hunt.Hunter;
import io.waybillguard.agent.report.Errands;
import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;

/** Hands HQ's commands to who does them. */
final class Errand implements Errands {
  private static final String HUNT = "hunt";

  private final Hunter hunter;

  Errand(Hunter hunter) {
    this.hunter = hunter;
  }

  @Override
  public boolean knows(String type) {
    return type.equals(HUNT);
  }

  @Override
  public void prepare(Command command) throws IOException {
    hunter.prepare(command.id(), command.args());
  }

  @Override
  public boolean begin(String type, String id) throws IOException {
    return hunter.begin(id);
  }
}
