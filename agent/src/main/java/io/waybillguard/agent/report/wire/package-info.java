/**
 * What agent and HQ say to each other, as bytes: {@code docs/protocol.md}.
 *
 * <p>Pure encoding and strict decoding, shared by both ends; no connection is opened here. Knows
 * {@code event} (for its JSON dialect) and {@code evidence} only.
 */
@NullMarked
package io.waybillguard.agent.report.wire;

import org.jspecify.annotations.NullMarked;
