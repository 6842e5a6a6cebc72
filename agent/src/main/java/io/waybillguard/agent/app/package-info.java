/** The commands, and the wiring by hand in the order the data flows. Nobody knows this package. */
@NullMarked
package io.waybillguard.agent.app;

import org.jspecify.annotations.NullMarked;
