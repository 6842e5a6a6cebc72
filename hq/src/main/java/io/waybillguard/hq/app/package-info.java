/** The program: its commands, and the wiring of the server by hand. The only one that knows all. */
@NullMarked
package io.waybillguard.hq.app;

import org.jspecify.annotations.NullMarked;
