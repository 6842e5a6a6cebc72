package io.waybillguard.agent.visit;

/** Looks a PC over. Called from one thread; takes seconds. */
@FunctionalInterface
public interface Look {
  /** What is there now; what cannot be looked at is named in it. */
  Scenery now();
}
