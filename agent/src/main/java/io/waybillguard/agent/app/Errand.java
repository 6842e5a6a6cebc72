package io.waybillguard.agent.app;

import io.waybillguard.agent.dispose.Disposer;
import io.waybillguard.agent.hunt.Hunter;
import io.waybillguard.agent.report.Errands;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.update.Updater;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Hands HQ's commands to who does them. */
final class Errand implements Errands {
  private static final String HUNT = "hunt";
  private static final Set<String> DISPOSALS = Set.of(Disposer.DISPOSE, Disposer.UNDO);

  private final Hunter hunter;
  private final Disposer disposer;
  private final Optional<Updater> updater;

  /**
   * @param updater absent where no installer of this version takes HQ's packages over
   */
  Errand(Hunter hunter, Disposer disposer, Optional<Updater> updater) {
    this.hunter = hunter;
    this.disposer = disposer;
    this.updater = updater;
  }

  @Override
  public boolean knows(String type) {
    return type.equals(HUNT) || DISPOSALS.contains(type) || isUpdate(type);
  }

  private boolean isUpdate(String type) {
    return updater.isPresent() && type.equals(Updater.UPDATE);
  }

  @Override
  public void prepare(Command command) throws IOException {
    if (DISPOSALS.contains(command.type())) {
      disposer.prepare(command.type(), command.id(), command.args());
    } else if (isUpdate(command.type())) {
      updater.orElseThrow().prepare(command);
    } else {
      hunter.prepare(command.id(), command.args());
    }
  }

  @Override
  public boolean begin(String type, String id) throws IOException {
    if (isUpdate(type)) {
      return updater.orElseThrow().begin(id);
    }
    return DISPOSALS.contains(type) ? disposer.begin(type, id) : hunter.begin(id);
  }
}
