package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Severity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A program that has no business with waybill images read or copied several of them. Alone it
 * weighs little: staff look at pictures, and backups read everything. It is what comes before
 * {@link ImagesCarriedOff}, and of a program that came off a stick it is the crime itself.
 *
 * <p>Told once, and again when four times as many have been taken.
 */
public final class ImagesTaken implements Detector {
  private static final int AGAIN = 4;

  private final long least;
  private final ImageLedger ledger = new ImageLedger();

  /**
   * @param least images that a program must have taken, &gt; 0
   */
  public ImagesTaken(long least) {
    this.least = least;
  }

  @Override
  public String rule() {
    return "images-taken";
  }

  @Override
  public Memory memory() {
    Set<String> types = new HashSet<>();
    for (ImagesHandled.Act act : ImagesHandled.Act.values()) {
      types.add(act.type());
    }
    return new Memory(types, ImageLedger.DAY);
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    if (!(seen instanceof ImagesHandled handled)) {
      return List.of();
    }
    ImageLedger.Account account = ledger.enter(seq, handled);
    long taken = Math.max(account.read, account.copied + account.moved);
    if (account.allowed
        || taken < least
        || (account.toldImages > 0 && taken < AGAIN * account.toldImages)) {
      return List.of();
    }
    account.toldImages = taken;
    Json.Obj facts =
        Json.object()
            .put("step", account.copied + account.moved > 0 ? "copied" : "read")
            .put("path", account.program)
            .put("images", taken)
            .put("copied", account.copied + account.moved)
            .put("packed", account.packed);
    return List.of(
        new Finding(seen.at(), rule(), Severity.LOW, new ArrayList<>(account.records), facts));
  }
}
