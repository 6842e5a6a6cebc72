package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Desk;

/**
 * The facts of this machine that go into records.
 *
 * @param osName as Java calls it, such as {@code Linux}
 * @param hostname the machine's own name
 * @param os in OCSF terms
 * @param osBoot the system's own boot id, or ""
 * @param uptimeSeconds how long the system has been up
 */
record Machine(String osName, String hostname, Desk.Os os, String osBoot, long uptimeSeconds) {}
