/** What connectors have in common; each system's are in a package of their own. */
@NullMarked
package io.sluice.connector;

import org.jspecify.annotations.NullMarked;
