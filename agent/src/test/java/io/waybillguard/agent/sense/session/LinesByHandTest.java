package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.platform.TextLogs;
import io.waybillguard.agent.platform.TextLogsContract;

final class LinesByHandTest implements TextLogsContract {
  private final LinesByHand.Disk disk = new LinesByHand.Disk();

  @Override
  public TextLogs logs() {
    return new LinesByHand(disk);
  }

  @Override
  public void write(String line) {
    disk.write("/var/log/x.log", line);
  }
}
