/** The ports on Linux: netlink, fanotify and sysfs through JNA, each call checked at once. */
@NullMarked
package io.waybillguard.agent.platform.linux;

import org.jspecify.annotations.NullMarked;
