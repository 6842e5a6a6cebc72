/**
 * Evidence to hand over: a BagIt 1.0 folder (RFC 8493) or zip of records with their proofs, which
 * anybody can check with tools that we did not write.
 */
@NullMarked
package io.waybillguard.agent.evidence.bundle;

import org.jspecify.annotations.NullMarked;
