/**
 * HQ's own evidence log: what people at HQ do, written before it is done. The same log as that of a
 * workstation, read and verified by the same code.
 */
@NullMarked
package io.waybillguard.hq.acts;

import org.jspecify.annotations.NullMarked;
