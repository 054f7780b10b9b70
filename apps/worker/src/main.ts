#!/usr/bin/env node
import { runProcess } from '@agentainer/runtime';
import { composeWorker } from './compose.js';
import { readWorkerConfig } from './config.js';

await runProcess('worker', readWorkerConfig, composeWorker);
