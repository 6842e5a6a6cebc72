/**
 * The web console: pages for people at HQ, rendered here, with nothing loaded from elsewhere.
 * Everything that a workstation says is escaped by the templates.
 */
@NullMarked
package io.waybillguard.hq.console;

import org.jspecify.annotations.NullMarked;
