/** Incidents as people read them: their steps, what they rest on, and what proves it. */
@NullMarked
package io.waybillguard.hq.incident;

import org.jspecify.annotations.NullMarked;
