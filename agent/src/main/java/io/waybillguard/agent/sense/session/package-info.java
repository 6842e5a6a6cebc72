/** Who is at this PC from elsewhere: remote logins and remote control. */
@NullMarked
package io.waybillguard.agent.sense.session;

import org.jspecify.annotations.NullMarked;
