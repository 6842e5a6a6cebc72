package io.waybillguard.agent.app;

import io.waybillguard.agent.dispose.Disposer;
import io.waybillguard.agent.hunt.Hunter;
import io.waybillguard.agent.report.Errands;
import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;
import java.util.Set;

/** Hands HQ's commands to who does them. */
final class Errand implements Errands {
  private static final String HUNT = "hunt";
  private static final Set<String> DISPOSALS = Set.of(Disposer.DISPOSE, Disposer.UNDO);

  private final Hunter hunter;
  private final Disposer disposer;

  Errand(Hunter hunter, Disposer disposer) {
    this.hunter = hunter;
    this.disposer = disposer;
  }

  @Override
  public boolean knows(String type) {
    return type.equals(HUNT) || DISPOSALS.contains(type);
  }

  @Override
  public void prepare(Command command) throws IOException {
    if (DISPOSALS.contains(command.type())) {
      disposer.prepare(command.type(), command.id(), command.args());
    } else {
      hunter.prepare(command.id(), command.args());
    }
  }

  @Override
  public boolean begin(String type, String id) throws IOException {
    return DISPOSALS.contains(type) ? disposer.begin(type, id) : hunter.begin(id);
  }
}
