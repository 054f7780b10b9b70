import Docker from 'dockerode';

/** How long an engine may take for a call by itself, in milliseconds. */
const CALL_MS = 30_000;

/** The engine behind a Unix socket, and nothing that the environment says otherwise. */
export function connectEngine(socketPath: string): Docker {
  const otherwise = { host: undefined, port: undefined, timeout: undefined, protocol: 'http' as const };
  return new Docker({ ...otherwise, socketPath });
}

/** Ends a call that takes `extraMs` longer than a call may. A timeout of the connection would end event streams too. */
export function callDeadline(extraMs = 0): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(CALL_MS + extraMs) };
}

/** The HTTP status by which an engine refused a call. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

/** Whether a call did not reach the engine, or its answer did not come: there is none, or it is going away. */
export function isAway(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'connect' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** Resolves also where the engine refused the call with one of these statuses. */
export async function allowing(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  });
}
