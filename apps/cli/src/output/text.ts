import { formatDuration } from '@agentainer/core';
import type { Terminal } from './terminal.js';

/** Text of an agent on one line, without what could steer a terminal. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

export function timeText(iso: string | null): string {
  return iso === null ? '-' : iso.replace(/\.\d+Z$/, 'Z').replace('T', ' ');
}

export function durationText(ms: number | null): string {
  return ms === null ? '-' : formatDuration(ms);
}

const COLOURS: Record<string, number> = {
  completed: 32,
  failed: 31,
  timed_out: 31,
  cancelled: 31,
  compensated: 31,
  compensation_failed: 31,
  compensating: 33,
  paused: 33,
  running: 33,
  retrying: 33,
};

/** A status, in its colour where the terminal has colours. */
export function statusText(status: string, { colour }: Pick<Terminal, 'colour'>): string {
  const code = COLOURS[status];
  return colour && code !== undefined ? `\u001b[${code}m${status}\u001b[0m` : status;
}
