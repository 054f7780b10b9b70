#!/usr/bin/env node
import { createLogger, createRegistry, runUntilSignal } from '@agentainer/runtime';
import { composeApi } from './compose.js';
import { readApiConfig } from './config.js';

const config = readApiConfig();
const logger = createLogger('api', config.logLevel);
await runUntilSignal(composeApi(config, { logger, metrics: createRegistry('api') }), logger);
