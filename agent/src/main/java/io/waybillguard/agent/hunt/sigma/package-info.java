/**
 * Sigma rules: read strictly, and put to one occurrence at a time. Pure: knows nothing of ours,
 * asks nobody. After the Sigma Rules Specification 2.0.0 (2024-08-08) and its appendix of modifiers
 * 2.1.0 (2025-08-02).
 */
@NullMarked
package io.waybillguard.agent.hunt.sigma;

import org.jspecify.annotations.NullMarked;
