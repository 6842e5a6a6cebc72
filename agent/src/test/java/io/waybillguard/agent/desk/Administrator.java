package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.Json;

/** Knows the administrator by the key, and has nothing that could be undone. */
final class Administrator implements Hearing.Undoing {
  static final String KEY = "the administrator's";

  @Override
  public Json.Obj undo(Saying.Undo said, String by) {
    return Hearing.refused("not_standing");
  }

  @Override
  public boolean isAdministrators(String key) {
    return key.equals(KEY);
  }
}
