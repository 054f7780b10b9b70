#!/usr/bin/env node
import { up } from './up.js';

await up();
