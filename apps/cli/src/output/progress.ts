import type { RunBody, StepProgressBody } from '@agentainer/contracts';
import { printable, statusText } from './text.js';
import type { Terminal } from './terminal.js';

const BAR_WIDTH = 24;

/** Shows how far a run is, look by look. */
export interface ProgressView {
  show(run: RunBody): void;
}

/** Bars that are drawn over on a terminal; elsewhere a line whenever a step has come a tenth further. */
export function progressView(
  write: (text: string) => void,
  terminal: { live: boolean } & Pick<Terminal, 'colour' | 'columns'>,
): ProgressView {
  return terminal.live ? new Bars(write, terminal) : new Lines(write);
}

class Bars implements ProgressView {
  private drawn = 0;

  constructor(
    private readonly write: (text: string) => void,
    private readonly terminal: Pick<Terminal, 'colour' | 'columns'>,
  ) {}

  show({ steps }: RunBody): void {
    const width = Math.max(...steps.map((step) => step.name.length));
    const lines = steps.map((step) => this.line(step, width));
    const up = this.drawn > 0 ? `\u001b[${this.drawn}A` : '';
    this.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  private line(step: StepProgressBody, width: number): string {
    const filled = Math.floor(share(step) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const text = `${step.name.padEnd(width)}  ${bar}  ${countText(step)}`;
    // A line that wraps would be drawn over in the wrong place.
    return `${text.slice(0, this.terminal.columns - 12)}  ${statusText(step.status, this.terminal)}`;
  }
}

class Lines implements ProgressView {
  private readonly last = new Map<string, string>();

  constructor(private readonly write: (text: string) => void) {}

  show({ steps }: RunBody): void {
    for (const step of steps) {
      const stage = `${step.status} ${Math.floor(share(step) * 10)}`;
      if (this.last.get(step.name) === stage) continue;
      this.last.set(step.name, stage);
      this.write(`${step.name}: ${countText(step)} ${step.status}\n`);
    }
  }
}

function share({ total, completed, failed, timed_out, cancelled, status }: StepProgressBody): number {
  if (total === 0) return status === 'completed' ? 1 : 0;
  return (completed + failed + timed_out + cancelled) / total;
}

function countText({
  total,
  completed,
  dropped,
  failed,
  timed_out,
  cancelled,
  retrying,
}: StepProgressBody): string {
  const parts = [`${completed}/${total}`];
  if (dropped > 0) parts.push(`${dropped} dropped`);
  if (retrying > 0) parts.push(`${retrying} retrying`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (timed_out > 0) parts.push(`${timed_out} timed out`);
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  return parts.join(', ');
}

/** Why a run did not complete, on one line. */
export function failureText({ id, status, error }: RunBody): string {
  return `${id} ${status}${error ? `: ${error.code}: ${printable(error.message)}` : ''}`;
}
