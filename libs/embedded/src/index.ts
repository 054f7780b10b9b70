export { EmbeddedRedis, type EmbeddedRedisOptions } from './embedded-redis.js';
export { AlreadyRunningError, ChildFailedError, EngineRequestError, NotInstalledError } from './errors.js';
export { describeMissing, missingPrograms, type MissingProgram } from './prerequisites.js';
export {
  type AgentImage,
  buildAgentImage,
  buildPythonAgentImage,
  type PythonAgentImage,
} from './agent-image.js';
export { ContainerEngine, type ContainerEngineOptions, type EngineAnswer } from './container-engine.js';
export { PrivateEngine, type PrivateEngineOptions } from './private-engine.js';
export { engineAnswers } from './engine-request.js';
