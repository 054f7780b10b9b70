#!/usr/bin/env node
import { runProcess } from '@agentainer/runtime';
import { composeController } from './compose.js';
import { readControllerConfig } from './config.js';

await runProcess('controller', readControllerConfig, composeController);
