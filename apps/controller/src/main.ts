#!/usr/bin/env node
import { createLogger, createRegistry, runUntilSignal } from '@agentainer/runtime';
import { composeController } from './compose.js';
import { readControllerConfig } from './config.js';

const config = readControllerConfig();
const logger = createLogger('controller', config.logLevel);
const metrics = createRegistry('controller');
await runUntilSignal(await composeController(config, { logger, metrics }), logger);
