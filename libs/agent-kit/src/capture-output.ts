import { inspect } from 'node:util';
import type { LogStream } from '@agentainer/core';
import { captureChildren } from './capture-children.js';
import { TaskLog } from './task-log.js';

type Write = typeof process.stdout.write;

let captured = false;

/**
 * Takes what tasks print in this process to their logs; what is printed outside of tasks goes where it went. The end of the
 * process sends what was printed last, and an error that ends it is told to the logs of the tasks that run.
 */
export function captureOutput(): void {
  if (captured) return;
  captured = true;
  capture('stdout');
  capture('stderr');
  captureChildren();
  process.on('uncaughtExceptionMonitor', (error) => {
    for (const log of TaskLog.all()) log.print('stderr', `${inspect(error)}\n`);
  });
  process.on('exit', () => {
    for (const log of TaskLog.all()) log.send();
  });
}

function capture(name: LogStream): void {
  const stream = process[name];
  const write = stream.write.bind(stream) as Write;
  // A disk that is full, or somebody who reads no more, must not end the agent and its task.
  stream.on('error', () => undefined);
  stream.write = ((
    part: string | Uint8Array,
    encoding?: BufferEncoding | Done,
    done: Done | undefined = typeof encoding === 'function' ? encoding : undefined,
  ): boolean => {
    const log = TaskLog.current();
    if (!log) return write(part, encoding as BufferEncoding, done);
    const isText = typeof part === 'string' && typeof encoding === 'string' && !/^utf-?8$/i.test(encoding);
    log.print(name, isText ? Buffer.from(part, encoding) : part);
    if (done) process.nextTick(done);
    return true;
  }) as Write;
}

type Done = (error?: Error | null) => void;
