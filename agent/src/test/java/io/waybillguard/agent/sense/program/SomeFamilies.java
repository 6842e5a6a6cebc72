package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Origin;
import java.util.List;
import java.util.Set;

/** A few families to test with. */
final class SomeFamilies {
  static final Families ALL =
      new Families(
          List.of(
              new Families.Family(
                  Origin.Way.PACKAGE, Set.of("dpkg", "apt-get"), Set.of("dpkg"), List.of()),
              new Families.Family(Origin.Way.REMOTE, Set.of("sftp-server"), Set.of(), List.of()),
              new Families.Family(Origin.Way.BROWSER, Set.of("curl"), Set.of(), List.of()),
              new Families.Family(
                  Origin.Way.CHAT, Set.of("wechat"), Set.of(), List.of("/xwechat_files/")),
              new Families.Family(
                  Origin.Way.ARCHIVE, Set.of("tar"), Set.of("file-roller"), List.of())));

  private SomeFamilies() {}
}
