package io.waybillguard.agent.platform;

import java.nio.file.Path;

final class ScriptedPackagesTest implements PackagesContract {
  @Override
  public Packages packages() {
    ScriptedPackages packages = new ScriptedPackages();
    packages.put(Path.of("/usr/bin/tool"), "tools", MD5);
    return packages;
  }
}
