package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** A system on which the agent blocks nothing: each call says so. */
public final class NoFirewall implements Firewall {
  @Override
  public void keep(List<Rule> rules) throws IOException {
    throw cannot();
  }

  @Override
  public Set<String> holding() throws IOException {
    throw cannot();
  }

  private static UnsupportedHere cannot() {
    return new UnsupportedHere("nothing can be blocked on this system");
  }
}
