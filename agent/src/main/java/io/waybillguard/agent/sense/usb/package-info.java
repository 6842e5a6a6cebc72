/** What is plugged into the USB ports, and what volumes that brings. */
@NullMarked
package io.waybillguard.agent.sense.usb;

import org.jspecify.annotations.NullMarked;
