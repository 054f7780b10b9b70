import type { Readable } from 'node:stream';
import { withDeadline } from '@agentainer/runtime';
import type Docker from 'dockerode';
import { FrameSplitter } from './exec-stream.js';

/** What is kept of what a container prints: so much of its end, in bytes. */
const KEPT_BYTES = 8 * 1_024;
/** A container that prints more within a second is not listened to any longer: that would cost more than it tells. */
const MOST_A_SECOND = 1_024 * 1_024;
/** How long the engine may take to begin to tell it, in milliseconds. */
const ATTACH_MS = 5_000;
/** How long the last of what a container printed may take to arrive once it has ended, in milliseconds. */
const LAST_MS = 500;

/**
 * The end of what containers print, for who looks for why one ended. It is held in memory and nowhere else: their engine discards
 * it, for it keeps what it keeps on disk and knows no secrets. What tasks print goes another way, to their logs.
 */
export class ContainerOutput {
  private readonly heard = new Map<string, Tail>();

  /** To be called before the container starts. Where it cannot be listened to, that is nobody's fault who starts it. */
  async listen(agentId: string, container: Docker.Container): Promise<void> {
    // It ends the stream, too, however long that goes on: so it must not be one that goes off by itself.
    const abort = new AbortController();
    const overdue = setTimeout(() => abort.abort(), ATTACH_MS);
    const asked = { stream: true, stdout: true, stderr: true, abortSignal: abort.signal };
    try {
      this.heard.set(agentId, new Tail((await container.attach(asked)) as unknown as Readable));
    } catch {
      // The start fails for the same reason, or the output is not heard of.
    } finally {
      clearTimeout(overdue);
    }
  }

  /** The end of what a container printed; once it has ended, to its last word. */
  async endOf(agentId: string): Promise<string> {
    const tail = this.heard.get(agentId);
    if (!tail) return '';
    await withDeadline('the last of an output', LAST_MS, tail.closed).catch(() => undefined);
    return tail.text();
  }

  forget(agentId: string): void {
    this.heard.get(agentId)?.close();
    this.heard.delete(agentId);
  }

  close(): void {
    for (const agentId of [...this.heard.keys()]) this.forget(agentId);
  }
}

class Tail {
  readonly closed: Promise<void>;
  private kept = Buffer.alloc(0);
  private isCut = false;
  private second = { began: -Infinity, bytes: 0 };

  constructor(private readonly stream: Readable) {
    const frames = new FrameSplitter((_, chunk) => this.keep(chunk));
    stream.on('data', (chunk: Buffer) => frames.push(chunk));
    this.closed = new Promise((resolve) => {
      for (const event of ['end', 'close', 'error']) stream.on(event, () => resolve());
    });
  }

  /** From the begin of a line on, where not all of it was kept. */
  text(): string {
    const text = this.kept.toString('utf8');
    return this.isCut ? text.slice(text.indexOf('\n') + 1) : text;
  }

  close(): void {
    this.stream.destroy();
  }

  private keep(chunk: Buffer): void {
    const all = Buffer.concat([this.kept, chunk]);
    this.isCut ||= all.length > KEPT_BYTES;
    this.kept = all.subarray(-KEPT_BYTES);
    const now = performance.now();
    if (now - this.second.began >= 1_000) this.second = { began: now, bytes: 0 };
    this.second.bytes += chunk.length;
    if (this.second.bytes > MOST_A_SECOND) this.close();
  }
}
