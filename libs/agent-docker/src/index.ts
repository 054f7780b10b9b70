export { type AgentLimits, DEFAULT_LIMITS } from './container-body.js';
export { DockerDriver, type DockerDriverOptions } from './docker-driver.js';
