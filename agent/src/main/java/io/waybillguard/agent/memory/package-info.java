/** What a program that runs for months may remember: never more than it says. */
@NullMarked
package io.waybillguard.agent.memory;

import org.jspecify.annotations.NullMarked;
