package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.IOException;

/** A system on which the agent ends no remote login: each call says so. */
public final class NoRemoteLines implements RemoteLines {
  @Override
  public boolean holds(Line line) throws IOException {
    throw cannot();
  }

  @Override
  public Cut cut(Line line) throws IOException {
    throw cannot();
  }

  @Override
  public boolean runs(Server server) throws IOException {
    throw cannot();
  }

  @Override
  public Cut end(Server server) throws IOException {
    throw cannot();
  }

  private static UnsupportedHere cannot() {
    return new UnsupportedHere("remote logins cannot be ended on this system");
  }
}
