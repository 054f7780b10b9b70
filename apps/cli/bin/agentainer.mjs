#!/usr/bin/env node
// npm links this file before anything is compiled; what it would link to otherwise is not there yet.
import '../dist/main.js';
