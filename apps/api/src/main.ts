#!/usr/bin/env node
import { runProcess } from '@agentainer/runtime';
import { composeApi } from './compose.js';
import { readApiConfig } from './config.js';

await runProcess('api', readApiConfig, composeApi);
