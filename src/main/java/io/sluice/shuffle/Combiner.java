package io.sluice.shuffle;

import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.UserCode;
import java.util.ArrayList;
import java.util.List;

/** An aggregation with its functions loaded, for the use of one task thread. */
public abstract class Combiner {

  /** The combined value of a key's first value. */
  public abstract Object first(Object value, int input);

  /** The combined value extended by one more value. */
  public abstract Object merge(Object combined, Object value, int input);

  /** One combined value of two. */
  public abstract Object join(Object left, Object right);

  /** Loads the functions of an aggregation that combines; {@code Pass} has none. */
  public static Combiner of(Aggregation aggregation, UserCode code) {
    if (aggregation instanceof Aggregation.Reduce reduce) {
      return new Reducing(reduce.function(), code);
    } else if (aggregation instanceof Aggregation.Combine combine) {
      return new Combining(combine, code);
    } else if (aggregation instanceof Aggregation.Cogroup cogroup) {
      return new Cogrouping(cogroup.inputs());
    }
    return new Grouping();
  }

  private static final class Reducing extends Combiner {
    private final Closure site;
    private final Function2<Object, Object, Object> function;

    Reducing(Closure closure, UserCode code) {
      this.site = closure;
      this.function = code.load(closure);
    }

    @Override
    public Object first(Object value, int input) {
      return value;
    }

    @Override
    public Object merge(Object combined, Object value, int input) {
      return join(combined, value);
    }

    @Override
    public Object join(Object left, Object right) {
      try {
        return function.call(left, right);
      } catch (Exception failure) {
        throw UserCode.failed(site, failure);
      }
    }
  }

  private static final class Combining extends Combiner {
    private final Aggregation.Combine sites;
    private final Function<Object, Object> create;
    private final Function2<Object, Object, Object> merge;
    private final Function2<Object, Object, Object> join;

    Combining(Aggregation.Combine combine, UserCode code) {
      this.sites = combine;
      this.create = code.load(combine.create());
      this.merge = code.load(combine.merge());
      this.join = code.load(combine.join());
    }

    @Override
    public Object first(Object value, int input) {
      try {
        return create.call(value);
      } catch (Exception failure) {
        throw UserCode.failed(sites.create(), failure);
      }
    }

    @Override
    public Object merge(Object combined, Object value, int input) {
      try {
        return merge.call(combined, value);
      } catch (Exception failure) {
        throw UserCode.failed(sites.merge(), failure);
      }
    }

    @Override
    public Object join(Object left, Object right) {
      try {
        return join.call(left, right);
      } catch (Exception failure) {
        throw UserCode.failed(sites.join(), failure);
      }
    }
  }

  /** Counts, in arrays of one number, so that nothing is allocated when a key comes again. */
  public static final class Counting extends Combiner {
    @Override
    public Object first(Object value, int input) {
      return new long[] {1};
    }

    @Override
    public Object merge(Object combined, Object value, int input) {
      ((long[]) combined)[0]++;
      return combined;
    }

    @Override
    public Object join(Object left, Object right) {
      ((long[]) left)[0] += ((long[]) right)[0];
      return left;
    }
  }

  private static final class Grouping extends Combiner {
    @Override
    public Object first(Object value, int input) {
      List<Object> group = new ArrayList<>(4);
      group.add(value);
      return group;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object merge(Object combined, Object value, int input) {
      if (combined != null) {
        ((List<Object>) combined).add(value);
      }
      return combined;
    }

    @Override
    public Object join(Object left, Object right) {
      throw new IllegalStateException("Groups are not combined before the shuffle");
    }
  }

  private static final class Cogrouping extends Combiner {
    private final int inputs;

    Cogrouping(int inputs) {
      this.inputs = inputs;
    }

    @Override
    public Object first(Object value, int input) {
      List<List<Object>> groups = new ArrayList<>(inputs);
      for (int i = 0; i < inputs; i++) {
        groups.add(new ArrayList<>(2));
      }
      return merge(groups, value, input);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object merge(Object combined, Object value, int input) {
      if (combined != null) {
        ((List<List<Object>>) combined).get(input).add(value);
      }
      return combined;
    }

    @Override
    public Object join(Object left, Object right) {
      throw new IllegalStateException("Groups are not combined before the shuffle");
    }
  }
}
