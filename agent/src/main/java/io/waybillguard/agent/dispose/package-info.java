/**
 * What is done about a thing on this PC, by HQ's signed command, by this desk's settings, or undone
 * by its administrator: remote logins cut off, destinations blocked, USB devices put out of use,
 * files put into quarantine. Off unless the desk's own settings allow it; in the log before and
 * after; kept on disk while it stands.
 */
@NullMarked
package io.waybillguard.agent.dispose;

import org.jspecify.annotations.NullMarked;
