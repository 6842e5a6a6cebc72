/**
 * Judges what workstations send: enrolments, heads, hand-overs of keys, segments, heartbeats. Knows
 * nothing of HTTP; what is refused is a {@link io.waybillguard.hq.ingest.Rejected}.
 */
@NullMarked
package io.waybillguard.hq.ingest;

import org.jspecify.annotations.NullMarked;
