/** Windows, asked through JNA: each port of {@code platform} by what Windows has for it. */
@NullMarked
package io.waybillguard.agent.platform.windows;

import org.jspecify.annotations.NullMarked;
