package io.waybillguard.agent.event;

/**
 * One way in which a PC was otherwise after a visit than before it.
 *
 * @param thing {@code autostart}, {@code program} or {@code usb}
 * @param change whether it appeared, changed or vanished, as one of these words
 * @param name what a person calls it
 * @param where the file, the port, or what else tells where it is
 */
public record VisitChange(String thing, String change, String name, String where) {

  /** As it stands in events. */
  public Json.Obj json() {
    return Json.object()
        .put("thing", thing)
        .put("change", change)
        .put("name", name)
        .putUnlessEmpty("where", where);
  }
}
