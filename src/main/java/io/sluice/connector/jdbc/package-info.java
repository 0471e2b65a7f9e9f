/** A sink that writes into a table of a database, and a lookup of records in one. */
@NullMarked
package io.sluice.connector.jdbc;

import org.jspecify.annotations.NullMarked;
