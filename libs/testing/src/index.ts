export { FakeLogs } from './fake-logs.js';
export { FakeRun, FakeRuns, type FakeRunOptions, type FakeTask } from './fake-runs.js';
export { FakePoolOutlook } from './fake-pool-outlook.js';
export { FakePools, poolStatus } from './fake-pools.js';
export { FakeRerunner } from './fake-rerunner.js';
export { FakeRunControl } from './fake-run-control.js';
export { FakeRunStarter, FakeRunState, FakeStepChanger, FakeWorkflowStore } from './fake-stores.js';
export { agentIsHealthy, callAgent } from './agent-calls.js';
export type { Probe, ProbeModules, ProbeTask } from './probe-task.js';
export type {
  FakeAgentFacts,
  FakeAgentSpan,
  FakeAgentStateCall,
  FakeAgentTask,
  FakeAgentTraces,
} from './fake-agent-task.js';
export { FakeHosts } from './fake-hosts.js';
export { FakeWaitingRuns } from './fake-waiting-runs.js';
export { FakeDriver } from './fake-driver.js';
export { FakeSecretStore } from './fake-secret-store.js';
export { PrivateRedis } from './private-redis.js';
