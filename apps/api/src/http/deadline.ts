/** How long a handler may take until its answer begins, in milliseconds. */
export const ANSWER_DEADLINE_MS = 10_000;
