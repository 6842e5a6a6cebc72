/**
 * The evidence log: what is written, how it is sealed, and how anybody can check it. The only user
 * of SQL.
 */
@NullMarked
package io.waybillguard.agent.evidence;

import org.jspecify.annotations.NullMarked;
