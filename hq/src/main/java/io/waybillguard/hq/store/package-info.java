/**
 * What HQ keeps: rows in SQL, segments in files. The only user of SQL and of the segment folder.
 */
@NullMarked
package io.waybillguard.hq.store;

import org.jspecify.annotations.NullMarked;
