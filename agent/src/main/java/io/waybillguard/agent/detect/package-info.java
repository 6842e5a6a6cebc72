/** Rules: pure, one class each. They see observations in order and know no operating system. */
@NullMarked
package io.waybillguard.agent.detect;

import org.jspecify.annotations.NullMarked;
