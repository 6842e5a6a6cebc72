package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.Users;
import java.util.Map;

/** What all pages share: who reads, that it is written down, and how it is shown. */
interface Frame {
  /** The person a request comes from. */
  Reader reader(Context request);

  /** What is around a page. */
  Shell shell(Reader reader, String title, Users.Session session, Context request);

  /** Writes down that somebody looks; a page that renews itself is one look. */
  void look(Context request, Users.Session session, String about) throws NotRecorded;

  /** Writes down what is about to be done; where it cannot be written, it is not done. */
  void note(Context request, Users.Session session, HqAct.Deed deed, String about, String detail)
      throws NotRecorded;

  /** Answers with a page. */
  void render(Context request, String page, Map<String, Object> model);

  /** Answers with a sentence: that of {@code key} and {@code key.text}. */
  void message(Context request, int status, String key);

  /** A parameter of the address, "" when it is not there; cut where it is longer than any is. */
  String param(Context request, String name);

  /** A field of a form, "" when it is not there. */
  String form(Context request, String name);
}
