package io.waybillguard.agent.app;

import io.waybillguard.agent.platform.ServiceLife;
import io.waybillguard.agent.platform.ServiceManager.State;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.update.Installer;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/**
 * {@code update install}: the installer of an update that HQ ordered, on Windows, as the service
 * that the agent made for it. It ends, and takes that service away, once the update has.
 */
@Command(name = "install")
final class UpdateInstall implements Action {
  private static final long LOOK_SECONDS = 2;
  private static final long AFTER_A_FAILURE_SECONDS = 30;

  private final Call call;
  private final ServiceDesk service;

  UpdateInstall(Call call, ServiceDesk service) {
    this.call = call;
    this.service = service;
  }

  @Override
  public Exit run() throws Exception {
    service.standing(); // a system without such a manager has another installer
    Work work = new Work();
    Optional<ServiceLife> life = Os.here().serviceLife(new SystemEvents());
    if (life.isEmpty() || life.get().live(InstallingService.NAME, work).isEmpty()) {
      work.run(() -> {}); // by hand
    }
    return Exit.DONE;
  }

  private final class Work implements ServiceLife.Work {
    private final CountDownLatch asked = new CountDownLatch(1);

    @Override
    public int run(Runnable running) throws Exception {
      running.run();
      Installer installer =
          new Installer(
              call.home().data(),
              InstallingService.folder(call.home()),
              new UpdateGround(call, service, Machines::program),
              new Ticker());
      boolean over = false;
      while (!over) {
        long pause = LOOK_SECONDS;
        try {
          over = !installer.step();
        } catch (IOException e) {
          LoggerFactory.getLogger(UpdateInstall.class)
              .warn("the update waits {} s", AFTER_A_FAILURE_SECONDS, e);
          pause = AFTER_A_FAILURE_SECONDS;
        }
        if (!over && asked.await(pause, TimeUnit.SECONDS)) {
          return Exit.DONE.code(); // the machine is switched off; it goes on with the next start
        }
      }
      service.ask(
          manager -> {
            if (manager.standing(InstallingService.NAME).state() != State.ABSENT) {
              manager.uninstall(InstallingService.NAME);
            }
            return Exit.DONE;
          });
      return Exit.DONE.code();
    }

    @Override
    public void askToEnd(String why) {
      asked.countDown();
    }
  }
}
