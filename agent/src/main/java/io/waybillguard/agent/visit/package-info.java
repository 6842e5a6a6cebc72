/**
 * Looks this PC over when a visitor is expected to begin and when the visit has ended, and writes
 * down what became different in between.
 */
@NullMarked
package io.waybillguard.agent.visit;

import org.jspecify.annotations.NullMarked;
