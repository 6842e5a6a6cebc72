package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.platform.SocketsContract;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The real tables; under Wine without owners and without counts, which the view says. */
@EnabledOnOs(OS.WINDOWS)
final class WindowsSocketsTest implements SocketsContract {
  private final WindowsSockets sockets = new WindowsSockets(new WindowsProcesses());

  @Override
  public Sockets sockets() {
    return sockets;
  }
}
