package io.waybillguard.agent.dispose;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.FirewallContract;

/** The firewall that tests of disposals use keeps what a real one promises. */
final class FirewallByHandTest extends FirewallContract {
  private final ByHand byHand = new ByHand();

  @Override
  protected Firewall firewall() {
    return byHand;
  }
}
