/**
 * Typed configuration: one record tree with all defaults, and the strict reader that fills it.
 * Knows no other package of ours.
 */
@NullMarked
package io.waybillguard.agent.config;

import org.jspecify.annotations.NullMarked;
