import { randomUUID } from 'node:crypto';
import type { DefinitionInput, Json, MapReduceInput, RunState } from '@agentainer/core';
import {
  alertListSchema,
  type ChangeStepRequest,
  approvalListSchema,
  type CreateJobRequest,
  deletionSchema,
  deadLetterDetailsSchema,
  deadLetterPageSchema,
  explanationSchema,
  decisionAnswerSchema,
  type DecisionRequest,
  healthStatusSchema,
  jobPageSchema,
  jobSchema,
  linkSchema,
  type RerunRequest,
  putStateAnswerSchema,
  redriveAnswerSchema,
  type RedriveRequest,
  runEventPageSchema,
  runGraphSchema,
  runPageSchema,
  runSchema,
  runStepSchema,
  signalAnswerSchema,
  stateSchema,
  stateValueSchema,
  stepResultPageSchema,
  workflowGraphSchema,
  workflowPageSchema,
  workflowSchema,
  workflowVersionsSchema,
} from '@agentainer/contracts';
import type {
  CreateOptions,
  DeadLettersOptions,
  JobsOptions,
  PageOptions,
  RunChoice,
  VersionChoice,
} from './client-options.js';
import { HostsClient } from './hosts-client.js';
import { LogsClient } from './logs-client.js';
import { PoolsClient } from './pools-client.js';
import { SecretsClient } from './secrets-client.js';
import { Transport, type TransportOptions } from './transport.js';
import { waitForRun, type WaitOptions } from './wait-for-run.js';

export type ClientOptions = TransportOptions;

const query = <T extends object>(options: T) => options as Record<string, string | number | undefined>;
const at = (...parts: string[]) => `/${parts.map(encodeURIComponent).join('/')}`;

/**
 * Every operation of the HTTP API. Answers are checked; a refusal is an {@link ApiError} of its own class.
 *
 * ```ts
 * const client = new AgentainerClient({ url: 'http://127.0.0.1:8081', key });
 * const workflow = await client.createWorkflow({ name: 'hello', steps: [{ name: 'greet', image: 'greeter' }] });
 * const run = await client.startWorkflow(workflow.id, { name: 'Ada' });
 * const { status, result } = await client.waitForRun(run.id);
 * ```
 */
export class AgentainerClient {
  readonly logs: LogsClient;
  readonly pools: PoolsClient;
  readonly secrets: SecretsClient;
  readonly hosts: HostsClient;
  private readonly transport: Transport;

  constructor(options: ClientOptions) {
    this.transport = new Transport(options);
    this.logs = new LogsClient(this.transport);
    this.pools = new PoolsClient(this.transport);
    this.secrets = new SecretsClient(this.transport);
    this.hosts = new HostsClient(this.transport);
  }

  createWorkflow(definition: DefinitionInput, options: CreateOptions = {}) {
    return this.post('/workflows', definition, workflowSchema, options);
  }

  /** Creates list → map → reduce; it still needs to be started. */
  createMapReduce(request: MapReduceInput, options: CreateOptions = {}) {
    return this.post('/workflows/mapreduce', request, workflowSchema, options);
  }

  /** Newest first. `status` is that of a workflow's latest run. */
  listWorkflows(options: PageOptions & { status?: RunState } = {}) {
    return this.get('/workflows', workflowPageSchema, query(options));
  }

  /** The latest version, unless another one is named. */
  getWorkflow(id: string, options: VersionChoice = {}) {
    return this.get(at('workflows', id), workflowSchema, query(options));
  }

  /** Its steps as nodes and edges, and as text of Mermaid. */
  getWorkflowGraph(id: string, options: VersionChoice = {}) {
    return this.get(at('workflows', id, 'graph'), workflowGraphSchema, query(options));
  }

  /** Makes the next version; the same definition again is the same version. Runs keep the one they were started with. */
  updateWorkflow(id: string, definition: DefinitionInput) {
    return this.transport.json(
      { method: 'PUT', path: at('workflows', id), body: definition },
      workflowSchema,
    );
  }

  /** Those that are kept, newest first. */
  async listWorkflowVersions(id: string) {
    return (await this.get(at('workflows', id, 'versions'), workflowVersionsSchema)).items;
  }

  /** A new run of the workflow's latest version, unless another one is named. A `priority` counts in place of the definition's. */
  startWorkflow(
    id: string,
    input: Json = null,
    options: CreateOptions & VersionChoice & { priority?: number } = {},
  ) {
    const { version, priority } = options;
    return this.post(at('workflows', id, 'start'), { input, version, priority }, runSchema, options);
  }

  listWorkflowRuns(id: string, options: PageOptions = {}) {
    return this.get(at('workflows', id, 'runs'), runPageSchema, query(options));
  }

  /** Cancels a run of the workflow; see {@link cancelRun}. */
  cancelWorkflow(id: string, options: RunChoice = {}) {
    return this.ask('POST', at('workflows', id, 'cancel'), query(options));
  }

  /** Pauses a run of the workflow; see {@link pauseRun}. */
  pauseWorkflow(id: string, options: RunChoice = {}) {
    return this.ask('PUT', at('workflows', id, 'pause'), query(options));
  }

  resumeWorkflow(id: string, options: RunChoice = {}) {
    return this.ask('PUT', at('workflows', id, 'resume'), query(options));
  }

  /** Deletes a workflow with its runs, all of which must have ended. */
  deleteWorkflow(id: string): Promise<void> {
    return this.delete(at('workflows', id));
  }

  /** Jobs of a run of the workflow, in the order of its steps. */
  listWorkflowJobs(id: string, options: JobsOptions & RunChoice = {}) {
    return this.get(at('workflows', id, 'jobs'), jobPageSchema, query(options));
  }

  /** Single jobs that were created with the workflow's id, newest first. */
  listTaggedJobs(workflowId: string, options: JobsOptions = {}) {
    return this.get(
      at('workflows', workflowId, 'jobs'),
      jobPageSchema,
      query({ ...options, tagged: 'true' }),
    );
  }

  getWorkflowState(id: string, options: RunChoice = {}) {
    return this.get(at('workflows', id, 'state'), stateSchema, query(options));
  }

  getWorkflowStateValue(id: string, key: string, options: RunChoice = {}) {
    return this.get(at('workflows', id, 'state', key), stateValueSchema, query(options));
  }

  /** Sets these keys and leaves the others alone. */
  putWorkflowState(id: string, state: Record<string, Json>, options: RunChoice = {}) {
    const path = at('workflows', id, 'state');
    return this.transport.json(
      { method: 'PUT', path, query: query(options), body: { state } },
      putStateAnswerSchema,
    );
  }

  /** Newest first. */
  listRuns(options: PageOptions = {}) {
    return this.get('/runs', runPageSchema, query(options));
  }

  /** With its result once it is completed. */
  getRun(id: string, options: { signal?: AbortSignal } = {}) {
    return this.transport.json({ method: 'GET', path: at('runs', id), ...options }, runSchema);
  }

  /** A new run that repeats one that has ended: all of it, what begins with a step, or what did not complete. */
  rerunRun(id: string, request: RerunRequest = {}, options: CreateOptions = {}) {
    return this.post(at('runs', id, 'rerun'), request, runSchema, options);
  }

  /** Ends a run; its running tasks are stopped, its results stay. Resolves at once where it is cancelled. */
  cancelRun(id: string) {
    return this.ask('POST', at('runs', id, 'cancel'));
  }

  /** No task of the run is started until it is resumed; those that run end. Its time goes on. */
  pauseRun(id: string) {
    return this.ask('PUT', at('runs', id, 'pause'));
  }

  resumeRun(id: string) {
    return this.ask('PUT', at('runs', id, 'resume'));
  }

  /** Deletes a run that has ended, with its results, state and events, and with the runs that it started. */
  deleteRun(id: string): Promise<void> {
    return this.delete(at('runs', id));
  }

  /** The runs that the task started. */
  listJobChildren(id: string, options: PageOptions = {}) {
    return this.get(at('jobs', id, 'children'), runPageSchema, query(options));
  }

  /** Its steps as a graph, with how they stand. */
  getRunGraph(id: string) {
    return this.get(at('runs', id, 'graph'), runGraphSchema);
  }

  /** The runs that tasks of the run started, by step and index. */
  listChildren(id: string, options: PageOptions & { step?: string } = {}) {
    return this.get(at('runs', id, 'children'), runPageSchema, query(options));
  }

  listRunJobs(id: string, options: JobsOptions = {}) {
    return this.get(at('runs', id, 'jobs'), jobPageSchema, query(options));
  }

  /** Why the steps of the run wait. */
  explainRun(id: string) {
    return this.get(at('runs', id, 'explain'), explanationSchema);
  }

  getRunState(id: string) {
    return this.get(at('runs', id, 'state'), stateSchema);
  }

  getRunStateValue(id: string, key: string) {
    return this.get(at('runs', id, 'state', key), stateValueSchema);
  }

  /** Oldest first. `cursor` is the id of the last event that was seen. */
  listRunEvents(id: string, options: PageOptions = {}) {
    return this.get(at('runs', id, 'events'), runEventPageSchema, query(options));
  }

  /** How far one step of a run is, and when it will have ended. */
  getStep(runId: string, step: string) {
    return this.get(at('runs', runId, 'steps', step), runStepSchema);
  }

  /** Changes a step while it runs, at once. */
  changeStep(runId: string, step: string, change: ChangeStepRequest) {
    const path = at('runs', runId, 'steps', step);
    return this.transport.json({ method: 'PATCH', path, body: change }, runStepSchema);
  }

  /** How the tasks of a step ended, in order, while it runs too: those that have not ended are left out. */
  listStepResults(runId: string, step: string, options: PageOptions = {}) {
    return this.get(at('runs', runId, 'steps', step, 'results'), stepResultPageSchema, query(options));
  }

  /** Sends a signal to a run; it is kept where no step waits for it yet. */
  signalRun(id: string, name: string, data: Json = null) {
    const path = at('runs', id, 'signals', name);
    return this.transport.json({ method: 'POST', path, body: { data } }, signalAnswerSchema);
  }

  /** The approvals that a run waits for. */
  async listApprovals(id: string) {
    return (await this.get(at('runs', id, 'approvals'), approvalListSchema)).items;
  }

  decideApproval(id: string, step: string, decision: DecisionRequest) {
    const path = at('runs', id, 'approvals', step);
    return this.transport.json({ method: 'POST', path, body: decision }, decisionAnswerSchema);
  }

  /** A path with which one decision may be made without an API key; those given before no longer count. */
  createApprovalLink(id: string, step: string, options: { expires_in?: string | number } = {}) {
    const path = at('runs', id, 'approvals', step, 'link');
    return this.transport.json({ method: 'POST', path, body: options }, linkSchema);
  }

  /** The run once it has ended, however it did. @throws {WaitTimeoutError} */
  waitForRun(id: string, options: WaitOptions = {}) {
    return waitForRun(() => this.getRun(id, { signal: options.signal }), options);
  }

  /** A single job, by itself or listed with a workflow. */
  createJob(request: CreateJobRequest, options: CreateOptions = {}) {
    return this.post('/jobs', request, jobSchema, options);
  }

  /** Jobs of all runs, newest run first. */
  listJobs(options: JobsOptions = {}) {
    return this.get('/jobs', jobPageSchema, query(options));
  }

  /** With its result or its error once it has ended. */
  getJob(id: string) {
    return this.get(at('jobs', id), jobSchema);
  }

  /** Jobs that failed for good, of runs that have ended; those of the run that ended last first. */
  listDeadLetters(options: DeadLettersOptions = {}) {
    return this.get('/dead-letters', deadLetterPageSchema, query(options));
  }

  /** With its last attempts. */
  getDeadLetter(jobId: string) {
    return this.get(at('dead-letters', jobId), deadLetterDetailsSchema);
  }

  /**
   * Runs failed jobs again, in one new run for each run that they are of. `next_cursor` says that there are more than
   * one request does: ask again with it.
   */
  redriveDeadLetters(request: RedriveRequest, options: CreateOptions = {}) {
    return this.post('/dead-letters/redrive', request, redriveAnswerSchema, options);
  }

  /** The same as `pools.list()`. */
  listPools() {
    return this.pools.list();
  }

  /** What operators should know of, the newest first. */
  async listAlerts(options: { limit?: number } = {}) {
    return (await this.get('/alerts', alertListSchema, query(options))).items;
  }

  /** The server's metrics in Prometheus's text format. */
  metrics(): Promise<string> {
    return this.transport.text({ method: 'GET', path: '/metrics' });
  }

  /** Resolves when the server answers; needs no key. */
  live() {
    return this.get('/livez', healthStatusSchema);
  }

  /** Resolves when the server and its store answer; needs no key. */
  ready() {
    return this.get('/readyz', healthStatusSchema);
  }

  /** Many runs go in several requests. */
  private async delete(path: string): Promise<void> {
    while (!(await this.transport.json({ method: 'DELETE', path }, deletionSchema)).deleted);
  }

  private ask(
    method: 'POST' | 'PUT',
    path: string,
    parameters?: Record<string, string | number | undefined>,
  ) {
    return this.transport.json({ method, path, query: parameters }, runSchema);
  }

  private post<T>(
    path: string,
    body: unknown,
    schema: { parse(value: unknown): T },
    { idempotencyKey = randomUUID() }: CreateOptions,
  ): Promise<T> {
    return this.transport.json({ method: 'POST', path, body, idempotencyKey }, schema);
  }

  private get<T>(
    path: string,
    schema: { parse(value: unknown): T },
    parameters?: Record<string, string | number | undefined>,
  ): Promise<T> {
    return this.transport.json({ method: 'GET', path, query: parameters }, schema);
  }
}
