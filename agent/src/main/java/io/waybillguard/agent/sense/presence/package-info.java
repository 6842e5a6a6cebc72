/** Whether somebody is at the desk. */
@NullMarked
package io.waybillguard.agent.sense.presence;

import org.jspecify.annotations.NullMarked;
