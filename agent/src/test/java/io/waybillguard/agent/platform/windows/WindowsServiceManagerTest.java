package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.ServiceManagerContract;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The manager of services of the Windows, or Wine, that runs this. */
@EnabledOnOs(OS.WINDOWS)
final class WindowsServiceManagerTest extends ServiceManagerContract {
  @Override
  protected ServiceManager manager() {
    return new WindowsServiceManager();
  }

  @Override
  protected Path program() {
    return Path.of("C:\\windows\\system32\\cmd.exe");
  }
}
