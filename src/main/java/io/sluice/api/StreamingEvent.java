package io.sluice.api;

import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.BlockInfo;
import io.sluice.api.StreamingListener.ChartInfo;
import io.sluice.api.StreamingListener.OutputInfo;
import io.sluice.api.StreamingListener.ReceiverInfo;
import io.sluice.api.StreamingListener.RecoveryInfo;
import io.sluice.api.StreamingListener.SinkInfo;
import io.sluice.api.StreamingListener.SkippedInfo;
import io.sluice.api.StreamingListener.SourceInfo;
import io.sluice.api.StreamingListener.WorkerInfo;
import java.time.Instant;

/** Something that happened in a context. Each has its method in {@link StreamingListener}, where it is explained. */
public sealed interface StreamingEvent {

  /** Calls the listener's method for this event. */
  void tell(StreamingListener listener);

  record StreamingStarted(Instant time) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onStreamingStarted(time);
    }
  }

  record BatchSubmitted(BatchInfo batch) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onBatchSubmitted(batch);
    }
  }

  record BatchStarted(BatchInfo batch) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onBatchStarted(batch);
    }
  }

  record BatchCompleted(BatchInfo batch) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onBatchCompleted(batch);
    }
  }

  record BatchFailed(BatchInfo batch) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onBatchFailed(batch);
    }
  }

  record OutputOperationStarted(OutputInfo output) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onOutputOperationStarted(output);
    }
  }

  record OutputOperationCompleted(OutputInfo output) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onOutputOperationCompleted(output);
    }
  }

  record ReceiverStarted(ReceiverInfo receiver) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onReceiverStarted(receiver);
    }
  }

  record ReceiverError(ReceiverInfo receiver) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onReceiverError(receiver);
    }
  }

  record ReceiverStopped(ReceiverInfo receiver) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onReceiverStopped(receiver);
    }
  }

  record WorkerJoined(WorkerInfo worker) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onWorkerJoined(worker);
    }
  }

  record WorkerLost(WorkerInfo worker, String reason) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onWorkerLost(worker, reason);
    }
  }

  record WorkerLeft(WorkerInfo worker) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onWorkerLeft(worker);
    }
  }

  record BlockLost(BlockInfo block) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onBlockLost(block);
    }
  }

  record InputSkipped(SkippedInfo skipped) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onInputSkipped(skipped);
    }
  }

  record Recovery(RecoveryInfo recovery) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onRecovery(recovery);
    }
  }

  record FallingBehind(BatchInfo batch) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onFallingBehind(batch);
    }
  }

  record CaughtUp(BatchInfo batch) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onCaughtUp(batch);
    }
  }

  record ChartShown(ChartInfo chart) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onChartShown(chart);
    }
  }

  record Paused() implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onPaused();
    }
  }

  record Resumed() implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onResumed();
    }
  }

  record SourcePlanned(SourceInfo source) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onSourcePlanned(source);
    }
  }

  record SinkCommitFailed(SinkInfo sink) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onSinkCommitFailed(sink);
    }
  }

  record EventsLost(long count) implements StreamingEvent {
    @Override
    public void tell(StreamingListener listener) {
      listener.onEventsLost(count);
    }
  }
}
