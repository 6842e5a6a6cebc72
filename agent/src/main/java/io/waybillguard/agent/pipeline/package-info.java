/** The one writer: drains the inbox, logs, thinks, logs, and commits once a batch. */
@NullMarked
package io.waybillguard.agent.pipeline;

import org.jspecify.annotations.NullMarked;
