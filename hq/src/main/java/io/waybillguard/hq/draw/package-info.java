/**
 * Drawings for pages, as SVG that loads nothing and runs nothing: colours come from the page's own
 * style sheet by class, so that dark mode and print are the sheet's matter.
 */
@NullMarked
package io.waybillguard.hq.draw;

import org.jspecify.annotations.NullMarked;
