/**
 * Sensors: each turns what a port of the platform tells into observations, and says so when it
 * cannot see.
 */
@NullMarked
package io.waybillguard.agent.sense;

import org.jspecify.annotations.NullMarked;
