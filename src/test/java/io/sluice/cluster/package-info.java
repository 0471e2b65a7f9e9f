@NullMarked
package io.sluice.cluster;

import org.jspecify.annotations.NullMarked;
