import type { Definition, Step, TaskStep } from './definition.js';
import type { Fault } from './errors.js';
import { DEFAULT_POOL_CONFIG } from './pool-config.js';
import { hasTasks, isMap, needsAgents } from './step-kinds.js';
import { NON_RETRYABLE } from './task-error.js';

/** Policies of a step that contradict one another: one of them would be ignored. */
export function policyFaults({ steps }: Definition): Fault[] {
  return steps.flatMap((step, i) =>
    contradictions(step).map(({ path, message }) => ({ path: `steps[${i}].${path}`, message })),
  );
}

function contradictions(step: Step): Fault[] {
  if (!hasTasks(step)) return [];
  return [...retryContradictions(step), ...toleranceContradictions(step), ...reuseContradictions(step)];
}

function retryContradictions({ retry: { retry_on = [], non_retryable = [] } }: TaskStep): Fault[] {
  return retry_on.flatMap((code, i) => {
    const path = `retry.retry_on[${i}]`;
    if (NON_RETRYABLE.has(code)) return [{ path, message: `${code} is a failure that no attempt can mend` }];
    return non_retryable.includes(code) ? [{ path, message: `${code} is also in non_retryable` }] : [];
  });
}

function reuseContradictions(step: TaskStep): Fault[] {
  if (!needsAgents(step)) return [];
  const { execution_mode, pool_config } = step;
  const { reuse, max_agent_uses, agent_concurrency } = pool_config;
  const defaults = DEFAULT_POOL_CONFIG;
  if (execution_mode !== 'standard' && reuse !== 'task') return [];
  const faults: Fault[] = [];
  if (reuse !== 'task' && reuse !== defaults.reuse)
    faults.push({ path: 'pool_config.reuse', message: 'must be task in the execution mode standard' });
  if (max_agent_uses !== 1 && max_agent_uses !== defaults.max_agent_uses)
    faults.push({ path: 'pool_config.max_agent_uses', message: 'must be 1 where no agent is used again' });
  if (agent_concurrency !== 1)
    faults.push({
      path: 'pool_config.agent_concurrency',
      message: 'must be 1 where each agent serves one task',
    });
  return faults;
}

function toleranceContradictions(step: TaskStep): Fault[] {
  if (!isMap(step) || !step.continue_on_partial) return [];
  const message = 'must not be given together with continue_on_partial, for which one success is enough';
  return [
    ...(step.failure_tolerance === undefined ? [] : [{ path: 'failure_tolerance', message }]),
    ...(step.on_failure === 'fail_fast' ? [{ path: 'on_failure', message }] : []),
  ];
}
