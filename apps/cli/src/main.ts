#!/usr/bin/env node
import { runCli } from './cli.js';
import { wantsNoColour } from './config.js';
import { processTerminal } from './output/process-terminal.js';

const code = await runCli(process.argv.slice(2), processTerminal({ noColour: wantsNoColour() }));
// `agentainer up` has set its own by now.
process.exitCode ||= code;
