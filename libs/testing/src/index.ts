export { FakeRun, FakeRuns, type FakeRunOptions, type FakeTask } from './fake-runs.js';
export { FakeRerunner } from './fake-rerunner.js';
export { FakeRunControl } from './fake-run-control.js';
export { FakeRunStarter, FakeRunState, FakeStepChanger, FakeWorkflowStore } from './fake-stores.js';
export { agentIsHealthy, callAgent } from './agent-calls.js';
export type { FakeAgentFacts, FakeAgentStateCall, FakeAgentTask } from './fake-agent-task.js';
export { FakeWaitingRuns } from './fake-waiting-runs.js';
export { FakeDriver } from './fake-driver.js';
export { FakeSecretStore } from './fake-secret-store.js';
