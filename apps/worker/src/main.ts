#!/usr/bin/env node
import { createLogger, createRegistry, runUntilSignal } from '@agentainer/runtime';
import { composeWorker } from './compose.js';
import { readWorkerConfig } from './config.js';

const config = readWorkerConfig();
const logger = createLogger('worker', config.logLevel);
await runUntilSignal(composeWorker(config, { logger, metrics: createRegistry('worker') }), logger);
