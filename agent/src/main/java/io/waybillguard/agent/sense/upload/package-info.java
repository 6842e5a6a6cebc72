/** What programs send over the network, and where to. */
@NullMarked
package io.waybillguard.agent.sense.upload;

import org.jspecify.annotations.NullMarked;
