package io.waybillguard.agent.sense;

import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.platform.ProcessFacts;

/** What the platform tells, as records say it. */
public final class Described {
  private Described() {}

  /** A process, as far as the platform could tell who it was. */
  public static ProcessRef process(ProcessFacts facts) {
    return new ProcessRef(facts.pid(), facts.executable(), facts.user());
  }
}
