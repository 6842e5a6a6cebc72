/** Commands to workstations that need two people: asked for by one, approved by another. */
@NullMarked
package io.waybillguard.hq.orders;

import org.jspecify.annotations.NullMarked;
