package io.waybillguard.hq.app;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar that runs. */
final class Version implements IVersionProvider {
  static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "0 (not from a jar)" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {Main.NAME + " " + current()};
  }
}
