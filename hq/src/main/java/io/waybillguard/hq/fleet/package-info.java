/** What is known of every workstation, in one row each: for the console and for commands. */
@NullMarked
package io.waybillguard.hq.fleet;

import org.jspecify.annotations.NullMarked;
