/** What happens to waybill images: who makes, reads, copies, moves and packs them. */
@NullMarked
package io.waybillguard.agent.sense.image;

import org.jspecify.annotations.NullMarked;
