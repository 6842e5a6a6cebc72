/** Looks on this PC for what HQ asks for: in its log, in what runs, and on its disks. */
@NullMarked
package io.waybillguard.agent.hunt;

import org.jspecify.annotations.NullMarked;
