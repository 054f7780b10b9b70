import { isUtf8 } from 'node:buffer';
import { TaskFailure } from '@agentainer/agent-kit/server';

/** How much is kept of standard error, in bytes: its end. */
const ERROR_TAIL = 4_096;
const EXCERPT = 80;
const LINE_BREAKS = /[\r\n]+/g;
const LAST_LINE_BREAK = /\r?\n$/;

/** What a command wrote: all of its standard output within a limit, and the end of its standard error. */
export class CommandOutput {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private errors = Buffer.alloc(0);

  /** @param onTooLarge called once, as soon as standard output is longer than `limit` bytes */
  constructor(
    private readonly limit: number,
    private readonly onTooLarge: () => void,
  ) {}

  readonly take = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
    if (stream === 'stderr') {
      this.errors = Buffer.concat([this.errors, chunk]).subarray(-ERROR_TAIL);
    } else if (!this.isTooLarge) {
      this.size += chunk.length;
      if (!this.isTooLarge) return void this.chunks.push(chunk);
      this.chunks.length = 0;
      this.onTooLarge();
    }
  };

  get isTooLarge(): boolean {
    return this.size > this.limit;
  }

  /** The line that ends the task. @throws {TaskFailure} where the command, or what it wrote, was not good */
  answer(exitCode: number, format: 'json' | 'text'): string {
    if (this.isTooLarge) {
      const message = `the command wrote more than ${this.limit} bytes`;
      throw new TaskFailure('RESULT_TOO_LARGE', message, { retryable: false });
    }
    if (exitCode !== 0) throw TaskFailure.ofExit({ code: exitCode, stderr: this.errors.toString() });
    return `{"type":"result","result":${this.result(format)}}\n`;
  }

  private result(format: 'json' | 'text'): string {
    const bytes = Buffer.concat(this.chunks, this.size);
    const text = bytes.toString();
    if (format === 'text') return JSON.stringify(text.replace(LAST_LINE_BREAK, ''));
    if (text.trim() === '') return 'null';
    if (!isUtf8(bytes) || !isJson(text)) throw notJson(text);
    // An answer is one line; within JSON, line breaks are between values only. Numbers stay as they were written.
    return text.trim().replace(LINE_BREAKS, ' ');
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notJson(text: string): TaskFailure {
  const excerpt = JSON.stringify(text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
  const message = `the command wrote ${excerpt}, which is not JSON ("stdout": "text" takes it as a text)`;
  return new TaskFailure('OUTPUT_NOT_JSON', message, { retryable: false });
}
