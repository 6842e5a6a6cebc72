package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Origin;
import java.util.List;

/** A few families to test with. */
final class SomeFamilies {
  static final Families ALL =
      new Families(
          List.of(
              new Families.Family(
                  Origin.Way.PACKAGE, List.of("dpkg", "apt-get"), List.of("dpkg"), List.of()),
              new Families.Family(Origin.Way.REMOTE, List.of("sftp-server"), List.of(), List.of()),
              new Families.Family(Origin.Way.BROWSER, List.of("curl"), List.of(), List.of()),
              new Families.Family(
                  Origin.Way.CHAT, List.of("wechat"), List.of(), List.of("/xwechat_files/")),
              new Families.Family(
                  Origin.Way.ARCHIVE, List.of("tar"), List.of("file-roller"), List.of())));

  private SomeFamilies() {}
}
