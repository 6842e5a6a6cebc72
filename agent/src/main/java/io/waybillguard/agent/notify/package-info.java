/** What the person at the desk sees of an incident, and the answer. */
@NullMarked
package io.waybillguard.agent.notify;

import org.jspecify.annotations.NullMarked;
