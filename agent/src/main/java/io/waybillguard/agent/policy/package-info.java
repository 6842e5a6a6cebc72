/** What HQ decides about the rules of many desks: the document, and what it means in words. */
@NullMarked
package io.waybillguard.agent.policy;

import org.jspecify.annotations.NullMarked;
