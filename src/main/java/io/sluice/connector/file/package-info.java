/** A sink that writes files, each record once. */
@NullMarked
package io.sluice.connector.file;

import org.jspecify.annotations.NullMarked;
