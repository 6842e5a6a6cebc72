/**
 * HQ's keys and certificates: the CA that workstations are known by, the server's own certificate,
 * and the three Ed25519 keys that sign for HQ. Private halves stay in this package and in files
 * that only their owner can read.
 */
@NullMarked
package io.waybillguard.hq.trust;

import org.jspecify.annotations.NullMarked;
