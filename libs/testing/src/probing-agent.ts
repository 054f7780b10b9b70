/**
 * An agent for tests that look at its sandbox from inside: a task is the text of a function, which is called with the
 * modules that such tests need and with the task's argument. What it returns is the result.
 */
import * as childProcess from 'node:child_process';
import * as dns from 'node:dns/promises';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import * as os from 'node:os';
import { serve } from '@agentainer/agent-kit';
import type { Json } from '@agentainer/core';
import type { Probe, ProbeModules, ProbeTask } from './probe-task.js';

const modules: ProbeModules = { childProcess, dns, fs, http, net, os };

await serve(({ code, argument }: ProbeTask) => {
  const probe = (0, eval)(`(${code})`) as Probe<Json>;
  return probe(modules, argument);
});
