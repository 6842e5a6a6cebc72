package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.detect.AllowedFiles;
import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.Detector;
import io.waybillguard.agent.detect.ImagesCarriedOff;
import io.waybillguard.agent.detect.ImagesTaken;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.detect.NewProgramInHiddenPlace;
import io.waybillguard.agent.detect.ProgramFromRemovableMedia;
import io.waybillguard.agent.detect.SensorSilenced;
import io.waybillguard.agent.detect.StartsByItself;
import io.waybillguard.agent.detect.UnexpectedRemoteSession;
import io.waybillguard.agent.detect.UnknownKeyboard;
import io.waybillguard.agent.detect.UnknownUsbStorage;
import java.time.ZoneId;
import java.util.List;

/** The rules by the company's settings, on which the agent and a replay of its log run alike. */
final class Rules {
  private Rules() {}

  /**
   * @param zone in which times of day are meant
   */
  static Judge judge(Config config, ZoneId zone) {
    return new Judge(() -> all(config, zone), new Circumstances(terms(config, zone)));
  }

  /** What the company has settled of the desk. */
  static Circumstances.Terms terms(Config config, ZoneId zone) {
    Config.Desk desk = config.rules().desk();
    return new Circumstances.Terms(
        desk.workingHours().from(), desk.workingHours().until(), zone, desk.operatorRequired());
  }

  /** The rules, none of which has seen anything. */
  static List<Detector> all(Config config, ZoneId zone) {
    Config.ImagesCarriedOff images = config.rules().imagesCarriedOff();
    Config.RemoteSession remote = config.rules().remoteSession();
    List<String> known = config.rules().usb().known();
    AllowedFiles allowed = new AllowedFiles(config.rules().programs().allowed());
    return List.of(
        new UnknownUsbStorage(known),
        new UnknownKeyboard(known),
        new NewProgramInHiddenPlace(allowed),
        new ProgramFromRemovableMedia(allowed),
        new StartsByItself(allowed),
        new UnexpectedRemoteSession(
            new UnexpectedRemoteSession.Allowed(
                remote.allowedPeers(),
                remote.allowedTools(),
                remote.allowedAccounts(),
                remote.allowedHours().from(),
                remote.allowedHours().until()),
            zone),
        new ImagesTaken(images.leastImages()),
        new ImagesCarriedOff(
            new ImagesCarriedOff.Settings(
                images.leastImages(),
                images.leastBytes(),
                images.surplus(),
                config
                    .sensors()
                    .image()
                    .summaryEvery()
                    .plus(config.sensors().upload().summaryEvery()),
                images.allowedDestinations())),
        new SensorSilenced());
  }
}
