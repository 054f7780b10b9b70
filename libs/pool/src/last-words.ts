/** How an agent ended, and what it printed last outside of its tasks. */
export interface LastWords {
  /** For people: `ended with exit code 1`. Undefined where nobody knows. */
  how: string | undefined;
  /** Where it had one. */
  exitCode?: number;
  /** It used more memory than it may. */
  outOfMemory?: boolean;
  /** As it came; empty where nothing is known of it. */
  output: string;
}

/** How an agent ended by itself. */
export interface AgentDeath extends LastWords {
  agentId: string;
  /** By Redis's clock. */
  at: number;
}

/** Why an agent ended by itself: it used more memory than it may, or exited, or nobody knows. */
export type DeathCause = 'memory' | 'exit' | 'unknown';

/** The most that is kept of it, in characters. */
const MOST = 2_000;

/** The last lines of an output, for people: not more than is of use, and nothing that steers a terminal. */
export function lastLines(output: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = output.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
  const text = plain.trim();
  if (text.length <= MOST) return text;
  const cut = text.slice(-MOST);
  return cut.slice(cut.indexOf('\n') + 1);
}
