import type * as childProcess from 'node:child_process';
import type * as dns from 'node:dns/promises';
import type * as fs from 'node:fs';
import type * as http from 'node:http';
import type * as net from 'node:net';
import type * as os from 'node:os';
import type { Json } from '@agentainer/core';

/** What a probe may use, for it sees nothing of where it is written. */
export interface ProbeModules {
  childProcess: typeof childProcess;
  dns: typeof dns;
  fs: typeof fs;
  http: typeof http;
  net: typeof net;
  os: typeof os;
}

/** Looks at an agent's sandbox from inside; with a result that is JSON. */
export type Probe<Argument> = (modules: ProbeModules, argument: Argument) => unknown;

/** What the probing agent is told to do. */
export interface ProbeTask {
  /** The text of a {@link Probe}. */
  code: string;
  argument: Json;
}
