package io.waybillguard.agent.platform;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A manager of services in memory, whose services start and end when they are asked to. */
public final class ServicesByHand implements ServiceManager {
  private final Map<String, Plan> plans = new HashMap<>();
  private final Map<String, State> states = new HashMap<>();

  /** What a service does when it is started: it runs, unless told otherwise. */
  public State afterStart = State.RUNNING;

  @Override
  public List<String> install(Plan plan) {
    plans.put(plan.name(), plan);
    states.putIfAbsent(plan.name(), State.STOPPED);
    return List.of();
  }

  @Override
  public void uninstall(String name) throws IOException {
    known(name);
    plans.remove(name);
    states.remove(name);
  }

  @Override
  public void start(String name) throws IOException {
    known(name);
    states.put(name, afterStart);
  }

  @Override
  public void stop(String name) throws IOException {
    known(name);
    states.put(name, State.STOPPED);
  }

  private void known(String name) throws IOException {
    if (!plans.containsKey(name)) {
      throw new IOException("there is no service " + name);
    }
  }

  @Override
  public Standing standing(String name) {
    Plan plan = plans.get(name);
    if (plan == null) {
      return Standing.ABSENT;
    }
    State state = states.getOrDefault(name, State.STOPPED);
    return new Standing(
        state, state == State.RUNNING ? 42 : 0, String.join(" ", plan.command()), 0);
  }
}
