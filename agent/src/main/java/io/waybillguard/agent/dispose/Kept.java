package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.DisposalOrder.By;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A disposal as it is kept on disk from its order until nothing of it stands any more.
 *
 * @param order what is to be done
 * @param stage how far it is
 * @param at when that was reached
 * @param trace what undoing it needs
 * @param undo the order to undo it, once there is one
 */
record Kept(
    DisposalOrder order, Stage stage, Instant at, Json.Obj trace, Optional<DisposalOrder> undo) {

  /** How far it is. */
  enum Stage {
    /** It is to be done. */
    ORDERED,
    /** It may have been done, or not: the log knows whether it was begun. */
    BEGUN,
    /** It holds. */
    STANDING
  }

  Kept at(Stage reached, Instant when) {
    return new Kept(order, reached, when, trace, undo);
  }

  Kept with(Json.Obj newTrace) {
    return new Kept(order, stage, at, newTrace, undo);
  }

  Kept undoneBy(Optional<DisposalOrder> by) {
    return new Kept(order, stage, at, trace, by);
  }

  String id() {
    return order.disposal();
  }

  Json.Obj json() {
    Json.Obj json =
        Json.object()
            .put("id", order.disposal())
            .put("what", order.what().json())
            .put("by", order.by().word())
            .put("incident", order.incident())
            .put("stage", stage.name().toLowerCase(Locale.ROOT))
            .put("at", at.toEpochMilli())
            .put("trace", trace);
    undo.ifPresent(
        back ->
            json.put(
                "undo",
                Json.object()
                    .put("id", back.id())
                    .put("by", back.by().word())
                    .put("who", back.who())));
    return json;
  }

  /**
   * What {@link #json} wrote.
   *
   * @throws IllegalArgumentException if it cannot be
   */
  static Kept of(Json.Obj json) throws JsonException {
    String id = json.text("id");
    Disposal what = Disposal.of(json.object("what"));
    String incident = json.text("incident");
    DisposalOrder order = new DisposalOrder(id, id, what, false, by(json.text("by")), "", incident);
    Optional<DisposalOrder> undo = Optional.empty();
    if (json.has("undo")) {
      Json.Obj back = json.object("undo");
      undo =
          Optional.of(
              new DisposalOrder(
                  id,
                  back.text("id"),
                  what,
                  true,
                  by(back.text("by")),
                  back.text("who"),
                  incident));
    }
    return new Kept(
        order,
        Stage.valueOf(json.text("stage").toUpperCase(Locale.ROOT)),
        Instant.ofEpochMilli(json.number("at")),
        json.object("trace"),
        undo);
  }

  private static By by(String word) {
    return Arrays.stream(By.values())
        .filter(by -> by.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("nobody is called " + word));
  }
}
