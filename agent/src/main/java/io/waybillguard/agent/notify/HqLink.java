package io.waybillguard.agent.notify;

/** Whether HQ can be told something now. */
public enum HqLink {
  /** This PC belongs to no HQ. */
  NONE,
  /** The last exchange worked. */
  REACHED,
  /** HQ does not answer, or does not take what is sent. */
  AWAY
}
