import { AgentStartError, type StartFailure } from './ports.js';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** What no wait mends, somebody may mend any moment (by building the image): look again soon, and as often as somebody asks. */
const FINAL_RETRY_MS = 5_000;
/** Failed starts in a row after which lanes need not wait any longer. */
const BROKEN_AFTER = 3;

const FINAL: ReadonlySet<string> = new Set(['IMAGE_NOT_FOUND', 'NETWORK_NOT_FOUND', 'AGENT_REFUSED']);

/** What follows from a failed start after `failures` others in a row. */
export function judgeStartFailure(cause: unknown, failures: number): StartFailure {
  const code = cause instanceof AgentStartError ? cause.code : 'AGENT_START_FAILED';
  const message = cause instanceof Error ? cause.message : String(cause);
  const detail = cause instanceof AgentStartError ? cause.detail : undefined;
  if (code === 'ENGINE_AWAY') return whileEngineIsAway({ code, message }, failures);
  const count = failures + 1;
  const isFinal = FINAL.has(code);
  return {
    error: { code, message, ...(detail !== undefined && { detail }) },
    failures: count,
    retryInMs: isFinal ? FINAL_RETRY_MS : retryDelay(count),
    broken: isFinal || count >= BROKEN_AFTER,
  };
}

/** Lanes wait for it, for as long as it takes. Nothing was learned about the agents, but one shall show that starting works again. */
function whileEngineIsAway(error: StartFailure['error'], failures: number): StartFailure {
  return { error, failures: Math.max(1, failures), retryInMs: FIRST_RETRY_MS, broken: false };
}

/** Milliseconds to wait after so many failed starts in a row: 1 s, doubled each time, up to a minute. */
export function retryDelay(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
}
