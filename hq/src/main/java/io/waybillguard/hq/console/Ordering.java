package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.orders.OrderRefused;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An order from a form: given, and the page shown where it stands; or the reason why not. */
final class Ordering {
  private static final Logger LOG = LoggerFactory.getLogger(Ordering.class);

  private Ordering() {}

  @FunctionalInterface
  interface Order {
    void give() throws OrderRefused, IOException;
  }

  /**
   * @param shownAt the page to go on with
   * @throws NotRecorded if the act cannot be written down; nothing was done then
   */
  static void order(Frame frame, Context request, String shownAt, Order order) throws NotRecorded {
    try {
      order.give();
      request.redirect(shownAt, HttpStatus.SEE_OTHER);
    } catch (OrderRefused refused) {
      boolean unknown = refused.reason() == OrderRefused.Reason.UNKNOWN;
      frame.message(request, unknown ? 404 : 409, "order." + refused.reason().word());
    } catch (NotRecorded e) {
      throw e;
    } catch (IOException e) {
      LOG.error("failed method={} path={}", request.method(), request.path(), e);
      frame.message(request, 500, "message.500");
    }
  }
}
