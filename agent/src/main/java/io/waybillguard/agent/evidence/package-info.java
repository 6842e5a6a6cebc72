/**
 * The evidence log: what is written, how it is sealed, and how anybody can check it. The only user
 * of SQL.
 *
 * <p>The formats are published ones: RFC 6962 trees, C2SP signed-note, tlog-checkpoint,
 * tlog-cosignature, tlog-proof. They are laid out byte by byte in {@code docs/evidence-format.md}.
 */
@NullMarked
package io.waybillguard.agent.evidence;

import org.jspecify.annotations.NullMarked;
