/** What HQ may have a desk look for: one wire type and its patterns, for both ends. */
@NullMarked
package io.waybillguard.agent.hunt.search;

import org.jspecify.annotations.NullMarked;
