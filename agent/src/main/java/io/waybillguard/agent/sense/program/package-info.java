/** Programs that are new on this machine or are started from where programs do not belong. */
@NullMarked
package io.waybillguard.agent.sense.program;

import org.jspecify.annotations.NullMarked;
