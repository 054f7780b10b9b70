import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Problem,
  secretCallSchema,
  type StartAnswerBody,
  startCallSchema,
  type StateAnswer,
  stateCallSchema,
} from '@agentainer/contracts';
import { formatTaskId, parse, parseTaskId, type TaskAddress, UnavailableError } from '@agentainer/core';
import type { AgentAttempt, RunStateStore, TaskStarts } from '@agentainer/engine';
import type { Logger } from '@agentainer/runtime';
import { asUnavailable } from '@agentainer/store-redis';
import { parseJson, readBody } from './gateway-body.js';
import { GatewayError, gatewayProblem, refusalOf, startRefusal } from './gateway-problem.js';
import { Redactor } from '@agentainer/secrets';
import type { TaskSecrets } from './task-secrets.js';

/** Bytes of one call. */
const MAX_BODY_BYTES = 1_024 * 1_024;
/** Calls of one agent that are worked on at once; further ones are told to come again. */
const MAX_IN_FLIGHT = 32;
/** Secrets that are known to have been told to one agent: those told last. */
const REMEMBERED_SECRETS = 1_000;

const CREDENTIAL = /^Bearer ([^\s:]{1,150}):([\w.-]{1,150})$/i;

/** What agents may ask for. */
export interface Served {
  state: Pick<RunStateStore, 'apply'>;
  starts: Pick<TaskStarts, 'start'>;
  secrets: Pick<TaskSecrets, 'reveal'>;
}

type Work = (attempt: AgentAttempt, call: unknown) => Promise<StateAnswer | StartAnswerBody>;

/** Answers the HTTP calls of one agent. */
export class GatewayCalls {
  private inFlight = 0;
  /** Secrets that the agent was told, with their names. */
  private readonly told = new Map<string, string>();
  private readonly paths = new Map<string, Work>([
    ['/state', (attempt, call) => this.apply(attempt, call)],
    ['/start', (attempt, call) => this.start(attempt, call)],
    ['/secrets', (attempt, call) => this.tell(attempt, call)],
  ]);

  constructor(
    private readonly agentId: string,
    private readonly served: Served,
    private readonly logger: Logger,
  ) {}

  /** Never throws: what goes wrong is part of the answer. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    try {
      // Read before anything is refused: a refusal sent into a request that still arrives may be lost.
      const body = await readBody(request, MAX_BODY_BYTES);
      send(response, 200, 'application/json', await this.answer(request, body));
    } catch (thrown) {
      // The agent hung up in the middle of its call, or was cut off: nobody is left to be told.
      if (!request.complete) socket.destroy();
      else this.refuse(response, asUnavailable(thrown) ?? thrown);
    }
  }

  /** A text without what the agent was told in confidence. */
  redact(text: string): string {
    const secrets = [...this.told].map(([value, name]) => [name, value] as const);
    return new Redactor(secrets).redact(text);
  }

  private answer(request: IncomingMessage, body: Buffer): Promise<StateAnswer | StartAnswerBody> {
    const work = this.paths.get(request.url ?? '');
    if (!work) throw new GatewayError('NOT_FOUND', `the only paths are ${[...this.paths.keys()].join(', ')}`);
    if (request.method !== 'POST') throw new GatewayError('METHOD_NOT_ALLOWED', 'the only method is POST');
    const attempt = { ...credentialOf(request), agentId: this.agentId };
    const call = parseJson(body);
    return this.inTurn(() => work(attempt, call));
  }

  private async tell(attempt: AgentAttempt, call: unknown): Promise<StateAnswer> {
    const { name } = parse(secretCallSchema, call);
    const value = await this.served.secrets.reveal(attempt, name);
    this.note(name, value);
    return { value };
  }

  private note(name: string, value: string): void {
    this.told.set(value, name);
    if (this.told.size > REMEMBERED_SECRETS) this.told.delete(this.told.keys().next().value!);
  }

  private async apply(attempt: AgentAttempt, call: unknown): Promise<StateAnswer> {
    const { seq, operation } = parse(stateCallSchema, call);
    const answer = await this.served.state.apply({ ...attempt, seq, operation });
    if (answer.kind !== 'ok') throw refusalOf(answer, operation);
    const { value, swapped } = answer;
    return swapped === undefined ? { value } : { value, swapped };
  }

  private async start(attempt: AgentAttempt, call: unknown): Promise<StartAnswerBody> {
    const { seq, start } = parse(startCallSchema, call);
    const { step_id: stepId, ...asked } = { step_id: undefined, ...start };
    const answer = await this.served.starts.start(
      { ...attempt, seq },
      asked.kind === 'job' ? { ...asked, stepId } : asked,
    );
    if (answer.kind !== 'started') throw startRefusal(answer);
    const { runId, step } = answer;
    const job_id = step === undefined ? null : formatTaskId({ runId, step, index: 0 });
    return { value: { run_id: runId, job_id } };
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.inFlight >= MAX_IN_FLIGHT) throw new UnavailableError('too many calls at once');
    this.inFlight += 1;
    try {
      return await work();
    } finally {
      this.inFlight -= 1;
    }
  }

  private refuse(response: ServerResponse, error: unknown): void {
    const problem = gatewayProblem(error);
    if (problem.status >= 500) {
      this.logger.error({ err: error, agentId: this.agentId }, 'a call of an agent failed');
    }
    send(response, problem.status, 'application/problem+json', problem, {
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(problem.status === 405 ? { allow: 'POST' } : {}),
      ...(error instanceof UnavailableError ? { 'retry-after': Math.ceil(error.retryAfterMs / 1_000) } : {}),
    });
  }
}

function credentialOf(request: IncomingMessage): TaskAddress & { token: string } {
  const [, taskId, token] = CREDENTIAL.exec(request.headers.authorization ?? '') ?? [];
  const address = taskId === undefined ? undefined : parseTaskId(taskId);
  if (!address || token === undefined) {
    throw new GatewayError('UNAUTHENTICATED', 'the credential must be "Bearer <task id>:<token>"');
  }
  return { ...address, token };
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: StateAnswer | StartAnswerBody | Problem,
  headers: Record<string, string | number> = {},
): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': length }).end(text);
}
