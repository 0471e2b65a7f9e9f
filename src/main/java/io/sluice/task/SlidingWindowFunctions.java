package io.sluice.task;

import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.plan.Closure;
import io.sluice.plan.SlidingFunctions;
import io.sluice.plan.UserCode;
import io.sluice.state.SlidingTotals;
import org.jspecify.annotations.Nullable;

/** The functions of a sliding window, loaded for one task thread. */
final class SlidingWindowFunctions implements SlidingTotals.Functions {

  private final SlidingFunctions sites;
  private final Function2<Object, Object, Object> reduce;
  private final Function2<Object, Object, Object> inverse;
  private final @Nullable Function<Pair<?, ?>, Boolean> filter;

  SlidingWindowFunctions(SlidingFunctions sites, UserCode code) {
    this.sites = sites;
    this.reduce = code.load(sites.reduce());
    this.inverse = code.load(sites.inverse());
    Closure site = sites.filter();
    this.filter = site == null ? null : code.load(site);
  }

  @Override
  public Object reduce(Object left, Object right) {
    try {
      return reduce.call(left, right);
    } catch (Exception failure) {
      throw UserCode.failed(sites.reduce(), failure);
    }
  }

  @Override
  public Object inverse(Object total, Object leaving) {
    try {
      return inverse.call(total, leaving);
    } catch (Exception failure) {
      throw UserCode.failed(sites.inverse(), failure);
    }
  }

  @Override
  public boolean keeps(Pair<?, ?> pair) {
    Closure site = sites.filter();
    if (filter == null || site == null) {
      return true;
    }
    try {
      return filter.call(pair);
    } catch (Exception failure) {
      throw UserCode.failed(site, failure);
    }
  }

  @Override
  public boolean dropsEmptyKeys() {
    return sites.dropsEmptyKeys();
  }
}
