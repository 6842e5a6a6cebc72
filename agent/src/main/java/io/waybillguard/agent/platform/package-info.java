/**
 * Ports to the operating system, one to four methods each, with the plain records that they speak.
 * Knows no other package of ours.
 */
@NullMarked
package io.waybillguard.agent.platform;

import org.jspecify.annotations.NullMarked;
