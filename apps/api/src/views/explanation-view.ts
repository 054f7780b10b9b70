import type { ExplanationBody, WaitReasonBody } from '@agentainer/contracts';
import type { RunRecord, StepExplanation, WaitReason } from '@agentainer/engine';
import { momentView } from './time-view.js';

export function explanationView(run: RunRecord, steps: readonly StepExplanation[]): ExplanationBody {
  return {
    run_id: run.id,
    at: momentView(run.readAt),
    steps: steps.map(({ state, reasons, ...step }) => ({
      ...step,
      status: state,
      reasons: reasons.map(reasonView),
    })),
  };
}

function reasonView(why: WaitReason): WaitReasonBody {
  switch (why.reason) {
    case 'dependency':
      return { ...why, on: why.on.map(({ step, state }) => ({ step, status: state })) };
    case 'waits_for':
      return { ...why, until: why.until > 0 ? momentView(why.until) : null };
    case 'retry_backoff':
      return { ...why, until: momentView(why.until) };
    case 'pool_broken': {
      const { retryAt, ...rest } = why;
      return { ...rest, retry_at: momentView(retryAt) };
    }
    case 'rate': {
      const { perMs: per_ms, lanesWaiting: lanes_waiting, until, ...rest } = why;
      return { ...rest, per_ms, until: momentView(until), lanes_waiting };
    }
    case 'limit': {
      const { maxParallel: max_parallel, lanesWaiting: lanes_waiting, ...rest } = why;
      return { ...rest, max_parallel, lanes_waiting };
    }
    case 'agents_starting':
    case 'pool_full': {
      const { lanesWaiting: lanes_waiting, ...rest } = why;
      return { ...rest, lanes_waiting };
    }
    case 'opening':
    case 'paused':
    case 'child_runs':
    case 'parallel_limit':
    case 'no_host':
    case 'pool_drained':
    case 'queued':
      return why;
  }
}
