/** What one pool asks of the host's few starts at a time. */
export interface StartRequest {
  poolId: string;
  starts: number;
  /** Lanes that wait for an agent of it. */
  waiting: number;
}

/**
 * Shares the starts that a host can do side by side: one after the other to each pool in turn, pools for which lanes
 * wait before those that only want to be warm. `turn` says who begins, so that over time nobody is always last.
 */
export function shareStarts(requests: readonly StartRequest[], slots: number, turn: number): string[] {
  const wanting = requests.filter((request) => request.starts > 0);
  const waiting = rotate(
    wanting.filter((request) => request.waiting > 0),
    turn,
  );
  const warming = rotate(
    wanting.filter((request) => request.waiting === 0),
    turn,
  );
  return [...inTurn(waiting), ...inTurn(warming)].slice(0, Math.max(0, slots));
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const from = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}

/** Each pool once, then each that wants a second one, and so on. */
function inTurn(requests: readonly StartRequest[]): string[] {
  const rounds = Math.max(0, ...requests.map((request) => request.starts));
  return Array.from({ length: rounds }, (_, round) =>
    requests.filter((request) => request.starts > round).map((request) => request.poolId),
  ).flat();
}
