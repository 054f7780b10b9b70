import { randomBytes } from 'node:crypto';
import {
  type AgentPermissions,
  DEFAULT_PERMISSIONS,
  type DefinitionInput,
  validateDefinition,
} from '@agentainer/core';
import type { Scope } from '@agentainer/contracts';
import { ItemAccess, type LimitStanding, Redriver, type WorkflowRecord } from '@agentainer/engine';
import { type Alert, PoolControl, type PoolStatus } from '@agentainer/pool';
import { Registry, silentLogger } from '@agentainer/runtime';
import { SecretCipher, Vault } from '@agentainer/secrets';
import {
  FakeHosts,
  FakeLogs,
  FakePoolOutlook,
  FakePools,
  FakeRerunner,
  FakeRunControl,
  FakeRuns,
  FakeRunStarter,
  FakeRunState,
  FakeSecretStore,
  FakeStepChanger,
  FakeWaitingRuns,
  FakeWorkflowStore,
} from '@agentainer/testing';
import { createApp } from './app.js';
import type { BoardQueue } from './board/board.js';
import { Followers } from './http/followers.js';
import { FakeIdempotency } from './http/fake-idempotency.fixture.js';
import { HttpServer } from './http-server.js';
import { allRoutes } from './routes/routes.js';

/** The real HTTP surface on a port of its own, over stores in memory. */
export class FakeApi {
  readonly runs = new FakeRuns();
  readonly workflows = new FakeWorkflowStore(this.runs);
  readonly state = new FakeRunState();
  readonly waits = new FakeWaitingRuns();
  readonly logs = new FakeLogs();
  readonly pools: PoolStatus[] = [];
  readonly poolStore = new FakePools(this.pools);
  readonly outlook = new FakePoolOutlook(this.pools);
  readonly hosts = new FakeHosts();
  /** The newest first. */
  readonly alerts: Alert[] = [];
  readonly limits: LimitStanding[] = [];
  globalLimit = 0;
  readonly idempotency = new FakeIdempotency();
  readonly metrics = new Registry();
  readonly followers = new Followers(this.metrics, 3);
  readonly items = new ItemAccess({ urls: ['https://data.example/lists/'], files: ['/srv/items'] });
  /** What pools may ask for; a test may change it. */
  readonly permissions: AgentPermissions = { ...DEFAULT_PERMISSIONS };
  readonly rerunner = new FakeRerunner(this.runs);
  /** What `/readyz` asks, and every key's verification: replace it to have the store fail. */
  ping: () => Promise<unknown> = () => Promise.resolve('PONG');
  private readonly queues: BoardQueue[] = [];
  private readonly keys = new Map<string, { id: string; scopes: Scope[] }>();
  readonly parts = {
    workflows: this.workflows,
    runs: this.runs,
    starter: new FakeRunStarter(this.runs),
    rerunner: this.rerunner,
    redriver: new Redriver(this.runs, this.rerunner),
    control: new FakeRunControl(this.runs, this.workflows),
    steps: new FakeStepChanger(this.runs),
    state: this.state,
    waits: this.waits,
    secrets: new Vault(new FakeSecretStore(), SecretCipher.ofText(SecretCipher.newKey())),
    logs: this.logs,
    followers: this.followers,
    hosts: this.hosts,
    pools: new PoolControl(this.poolStore),
    outlook: this.outlook,
    alerts: {
      alerts: (limit: number) => Promise.resolve(this.alerts.slice(0, limit)),
      exhausted: () => Promise.resolve(new Set<string>()),
    },
    limits: {
      standings: () => Promise.resolve(this.limits),
      global: () => Promise.resolve(this.globalLimit),
    },
    metrics: this.metrics,
    permissions: this.permissions,
    items: this.items,
    queues: () => Promise.resolve(this.queues),
    ping: () => this.ping(),
  };
  readonly routes = allRoutes(this.parts, silentLogger);
  private readonly server: HttpServer;

  constructor(bodyLimit = 1_024 * 1_024) {
    const keys = { verify: (key: string) => Promise.resolve(this.keys.get(key)) };
    const { idempotency, metrics } = this;
    const app = createApp(this.routes, { keys, idempotency, logger: silentLogger, metrics, bodyLimit });
    this.server = new HttpServer(app, { host: '127.0.0.1', port: 0 });
  }

  get address(): string {
    return this.server.address;
  }

  start(): Promise<void> {
    return this.server.start();
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** A new key with these scopes. */
  key(...scopes: Scope[]): string {
    const key = `ak_${randomBytes(32).toString('base64url')}`;
    this.keys.set(key, { id: key.slice(0, 8), scopes });
    return key;
  }

  revoke(key: string): void {
    this.keys.delete(key);
  }

  /** Stores a workflow as `POST /workflows` does. */
  workflow(definition: DefinitionInput): Promise<WorkflowRecord> {
    return this.workflows.create(validateDefinition(definition));
  }

  /** A request with a key that may do everything, unless another one is given. */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<ApiAnswer> {
    const { body, key = this.key('admin'), headers = {} } = options;
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const response = await fetch(this.address + path, {
      method,
      body: text,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    const type = response.headers.get('content-type') ?? '';
    const received = await response.text();
    const json = type.includes('json') && received !== '' ? (JSON.parse(received) as unknown) : undefined;
    return { status: response.status, headers: response.headers, text: received, type, body: json as never };
  }
}

export interface RequestOptions {
  /** Text is sent as it is, all else as JSON. */
  body?: unknown;
  /** Null sends none. */
  key?: string | null;
  headers?: Record<string, string>;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  type: string;
  text: string;
  /** The body, where it is JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}
