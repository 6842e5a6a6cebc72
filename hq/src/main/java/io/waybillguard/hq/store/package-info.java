/**
 * What HQ keeps: rows in SQL, segments in files or in a bucket. The only user of SQL, of the
 * segment folder and of S3.
 */
@NullMarked
package io.waybillguard.hq.store;

import org.jspecify.annotations.NullMarked;
