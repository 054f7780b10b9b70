import type { Json } from '@agentainer/core';
import type {
  AgentLease,
  AgentSource,
  AttemptRequest,
  AttemptResult,
  LeaseAnswer,
  RunStateStore,
} from '@agentainer/engine';
import type { LedgerModel } from './ledger-model.fixture.js';
import type { Behaviour, Plan } from './plan.fixture.js';
import { KilledError, type Process, type Random } from './turns.fixture.js';

/** The key that each attempt adds one to, once for its task. */
export const COUNTER = 'attempts';

/**
 * Agents that do as the plan says. They outlive the worker that had asked them: such an attempt goes on, and
 * what it still does must have no effect.
 */
export class ModelAgents implements AgentSource {
  /** What each task got as its input in its latest attempt, as `step.index`. */
  readonly inputs = new Map<string, Json>();
  private serial = 0;

  constructor(
    private readonly plan: Plan,
    private readonly random: Random,
    private readonly host: Process,
    private readonly state: RunStateStore,
    private readonly model: LedgerModel,
  ) {}

  async lease(): Promise<LeaseAnswer> {
    if (this.random.next() < 0.1) return { kind: 'busy' };
    const lease: AgentLease = {
      agentId: `agent${(this.serial += 1)}`,
      usesLeft: 1 + this.random.below(3),
      lost: new AbortController().signal,
      run: (request) => {
        lease.usesLeft -= 1;
        return this.run(lease.agentId, request);
      },
      keep: () => Promise.resolve(false),
      release: () => Promise.resolve(),
    };
    return { kind: 'leased', lease };
  }

  private async run(agentId: string, request: AttemptRequest): Promise<AttemptResult> {
    const { step, index, attempt, token } = request;
    const behaviours = this.plan.behaviours[step] ?? [];
    const behaviour = behaviours[(index * 5 + attempt - 1) % behaviours.length] ?? 'completed';
    const input = JSON.parse(await textOf(request, behaviour === 'answers early')) as Json;
    this.inputs.set(`${step}.${index}`, input);
    try {
      await this.host.call('agent.increment', async () => {
        const operation = { op: 'increment', key: COUNTER, by: 1 } as const;
        const answer = await this.state.apply({ ...request, agentId, seq: 1, operation });
        this.model.operated(step, index, token, answer.kind === 'ok');
      });
    } catch (error) {
      if (!(error instanceof KilledError)) throw error;
      return resultOf('lost', null);
    }
    return resultOf(behaviour, { by: token, list: [1, 2] });
  }
}

function resultOf(behaviour: Behaviour, result: Json): AttemptResult {
  const error = { code: 'X', message: behaviour };
  switch (behaviour) {
    case 'answers early':
    case 'completed':
      return { kind: 'completed', result: JSON.stringify(result) };
    case 'drops':
      return { kind: 'dropped' };
    case 'timed_out':
      return { kind: 'timed_out', error: { ...error, code: 'TASK_TIMEOUT' } };
    case 'lost':
      return { kind: 'lost', error: { ...error, code: 'AGENT_LOST' } };
    default:
      return {
        kind: 'failed',
        error,
        retryable: behaviour !== 'fails for good',
        suspect: behaviour === 'fails, suspect',
      };
  }
}

/** The whole input, or what has come of it when something has, where it comes while its source goes on. */
async function textOf({ input, inputTimeMs }: AttemptRequest, isEarly: boolean): Promise<string> {
  if (typeof input === 'string') return input;
  const parts: string[] = [];
  for await (const part of input) {
    parts.push(part);
    if (isEarly && inputTimeMs !== undefined && part !== ']' && part !== '[]') return `${parts.join('')}]`;
  }
  return parts.join('');
}
