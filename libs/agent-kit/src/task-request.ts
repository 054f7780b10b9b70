import type { TaskRequest } from '@agentainer/contracts';

/** The body of `POST /tasks` is not what the protocol says. */
export class TaskRequestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TaskRequestError';
  }
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value.length > 0;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

const LEASE = checksOf<keyof TaskRequest['lease']>({
  id: isText,
  epoch: (value) => isCount(value) && value !== 0,
  slot: (value) => value === undefined || isCount(value),
});
const TASK = checksOf<keyof TaskRequest['task']>({
  id: isText,
  run_id: isText,
  workflow_id: (value) => value === null || isText(value),
  parent_id: (value) => value === undefined || value === null || isText(value),
  step: isText,
  kind: (value) => value === 'sequential' || value === 'map' || value === 'reduce',
  index: isCount,
  level: (value) => value === undefined || isCount(value),
  attempt: isCount,
  token: isText,
  timeout_ms: isCount,
  heartbeat_ms: (value) => value === undefined || (isCount(value) && value !== 0),
});

/** Checked by hand, for this runs for every task and an agent carries no schema library. @throws {TaskRequestError} */
export function parseTaskRequest(body: string): TaskRequest {
  let request: Partial<TaskRequest> | null;
  try {
    request = JSON.parse(body) as Partial<TaskRequest> | null;
  } catch {
    throw new TaskRequestError('the body is not JSON');
  }
  check('lease', request?.lease, LEASE);
  check('task', request?.task, TASK);
  if (request?.input === undefined) throw new TaskRequestError('input is missing');
  return request as TaskRequest;
}

function checksOf<Field extends string>(fields: Record<Field, Check>): [Field, Check][] {
  return Object.entries(fields) as [Field, Check][];
}

function check(name: string, value: unknown, fields: [string, Check][]): void {
  if (typeof value !== 'object' || value === null) throw new TaskRequestError(`${name} must be an object`);
  for (const [field, isRight] of fields) {
    if (!isRight((value as Record<string, unknown>)[field])) {
      throw new TaskRequestError(`${name}.${field} is missing or wrong`);
    }
  }
}
