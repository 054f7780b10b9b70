export { runCli } from './cli.js';
export { EXIT } from './exit-codes.js';
export type { Terminal } from './output/terminal.js';
