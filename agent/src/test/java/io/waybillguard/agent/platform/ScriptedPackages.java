package io.waybillguard.agent.platform;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Packages that a test makes up. */
public final class ScriptedPackages implements Packages {
  private final Map<Path, Owner> owners = new HashMap<>();
  private int ahead;

  /** Gives a path to a package. */
  public void put(Path file, String name, String md5) {
    owners.put(file, new Owner(Known.OWNED, name, md5));
  }

  /** How often they were read ahead. */
  public int timesReadAhead() {
    return ahead;
  }

  @Override
  public void readAhead() {
    ahead++;
  }

  @Override
  public Owner owner(Path file) {
    return owners.getOrDefault(file, Owner.NONE);
  }
}
