import type { ExplanationBody, WaitReasonBody } from '@agentainer/contracts';
import type { RunRecord, StepExplanation, WaitReason } from '@agentainer/engine';
import { momentView } from './time-view.js';
import { waitReasonText } from './wait-reason-text.js';

export function explanationView(run: RunRecord, steps: readonly StepExplanation[]): ExplanationBody {
  return {
    run_id: run.id,
    at: momentView(run.readAt),
    steps: steps.map(({ state, reasons, ...step }) => ({
      ...step,
      status: state,
      reasons: reasons.map((why) => ({ ...reasonView(why), message: waitReasonText(why) })),
    })),
  };
}

type Facts<T> = T extends unknown ? Omit<T, 'message'> : never;

function reasonView(why: WaitReason): Facts<WaitReasonBody> {
  switch (why.reason) {
    case 'dependency':
      return { ...why, on: why.on.map(({ step, state }) => ({ step, status: state })) };
    case 'waits_for':
      return { ...why, until: why.until > 0 ? momentView(why.until) : null };
    case 'retry_backoff':
      return { ...why, until: momentView(why.until) };
    case 'rate': {
      const { perMs: per_ms, lanesWaiting: lanes_waiting, until, ...rest } = why;
      return { ...rest, per_ms, until: momentView(until), lanes_waiting };
    }
    case 'limit': {
      const { maxParallel: max_parallel, lanesWaiting: lanes_waiting, ...rest } = why;
      return { ...rest, max_parallel, lanes_waiting };
    }
    case 'image_missing':
    case 'pull_failed':
    case 'not_permitted':
    case 'network_missing':
    case 'engine_away':
    case 'pool_broken': {
      const { retryAt, lanesWaiting: lanes_waiting, shareIsElsewhere: share_elsewhere, ...rest } = why;
      return { ...rest, retry_at: momentView(retryAt), share_elsewhere, lanes_waiting };
    }
    case 'agents_starting':
    case 'start_pending': {
      const { hostPressure, lanesWaiting: lanes_waiting, ...rest } = why;
      return { ...rest, host_pressed: hostPressure.length > 0, lanes_waiting };
    }
    case 'pool_full':
    case 'image_pulling':
    case 'agents_ending':
    case 'reuse': {
      const { lanesWaiting: lanes_waiting, ...rest } = why;
      return { ...rest, lanes_waiting };
    }
    default:
      return why;
  }
}
