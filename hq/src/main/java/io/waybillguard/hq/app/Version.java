package io.waybillguard.hq.app;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar that runs. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {Main.NAME + " " + (version == null ? "0 (not from a jar)" : version)};
  }
}
