/**
 * What people at the desk say to the running agent: who takes the desk over, who leaves it, which
 * visitor is expected. It comes in by a socket of this PC that every account may open, and goes
 * into the log like anything else that was seen.
 */
@NullMarked
package io.waybillguard.agent.desk;

import org.jspecify.annotations.NullMarked;
