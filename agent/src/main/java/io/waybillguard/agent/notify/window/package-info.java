/**
 * The notice's window, in a program of its own that runs with the rights of the person's account.
 * It knows nothing but what it is told to show.
 */
@NullMarked
package io.waybillguard.agent.notify.window;

import org.jspecify.annotations.NullMarked;
