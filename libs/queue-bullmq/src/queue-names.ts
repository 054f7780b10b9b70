/** The queue of the runs' root jobs. */
export const RUNS_QUEUE = 'runs';
/** The queue of the steps' fan-in jobs. */
export const STEPS_QUEUE = 'steps';

/** The queue of the lanes that start child runs. */
export const CHILDREN_QUEUE = 'children';

/** The queue of steps whose items are to be read from outside. */
export const ITEMS_QUEUE = 'items';

/** The queue of the lanes that need agents of a pool. */
export function poolQueue(poolId: string): string {
  return `pool-${poolId}`;
}

/** What names a lane's job wherever it waits: it brings the lane back before its time. */
export function laneTicket(poolId: string, jobId: string): string {
  return `${poolQueue(poolId)}|${jobId}`;
}

export function readLaneTicket(ticket: string): { queueName: string; jobId: string } {
  const [queueName, jobId] = ticket.split('|') as [string, string];
  return { queueName, jobId };
}

/** The queue of a step's lanes. */
export function laneQueue(pool: { id: string } | null): string {
  return pool === null ? CHILDREN_QUEUE : poolQueue(pool.id);
}

/** Ids are derived, so that queueing twice is harmless; the generation sets a repaired step's jobs apart from the lost ones. */
export function stepJobId(runId: string, step: string, generation: number): string {
  return `${runId}.${step}.g${generation}`;
}

export function laneJobId(runId: string, step: string, generation: number, lane: number): string {
  return `${stepJobId(runId, step, generation)}.lane${lane}`;
}
