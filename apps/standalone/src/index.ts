export { Standalone, type StandaloneDeps, type Standing } from './compose.js';
export { readStandaloneConfig, type StandaloneConfig, type StandaloneSettings } from './config.js';
export { type Credentials, readCredentials } from './credentials.js';
export { up, type UpOptions } from './up.js';
