package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What every {@link Packages} must do. */
public interface PackagesContract {
  String MD5 = "9e107d9d372bb6826bd81d3542a419d6";

  /** Packages of which {@code tools} has brought {@code /usr/bin/tool} with {@link #MD5}. */
  Packages packages() throws Exception;

  @Test
  default void aPathOfAPackageIsNamedWithItAndItsContent() throws Exception {
    Packages packages = packages();
    Packages.Owner owner = packages.owner(Path.of("/usr/bin/tool"));
    assertEquals(new Packages.Owner(Packages.Known.OWNED, "tools", MD5), owner);
    assertEquals(owner, packages.owner(Path.of("/usr/bin/tool")), "asked again");
  }

  @Test
  default void toReadAheadChangesNoAnswer() throws Exception {
    Packages packages = packages();
    packages.readAhead();
    assertEquals(
        new Packages.Owner(Packages.Known.OWNED, "tools", MD5),
        packages.owner(Path.of("/usr/bin/tool")));
    packages.readAhead();
    assertEquals(Packages.Known.NONE, packages.owner(Path.of("/usr/bin/tool2")).known());
  }

  @Test
  default void aPathOfNoneSaysSo() throws Exception {
    Packages packages = packages();
    for (String path : new String[] {"/usr/bin/tool2", "/usr/bin/too", "/", "/usr/bin/tool/x"}) {
      assertEquals(Packages.Known.NONE, packages.owner(Path.of(path)).known(), path);
    }
  }
}
