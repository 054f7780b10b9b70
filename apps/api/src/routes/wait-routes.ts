import {
  type ApprovalBody,
  decisionRequestSchema,
  linkRequestSchema,
  signalRequestSchema,
} from '@agentainer/contracts';
import type { PendingApproval } from '@agentainer/engine';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import type { RunReader } from '../reading/run-reader.js';
import { momentView, timeView } from '../views/time-view.js';

/** What runs wait for: signals and approvals. */
export function waitRoutes({ waits }: Parts, runs: RunReader): Route[] {
  return [
    jsonRoute({
      method: 'POST',
      path: '/runs/:id/signals/:name',
      scope: 'write',
      body: signalRequestSchema,
      answer: async ({ param, body }) => {
        const { id } = await runs.run(param('id'));
        await waits.signal(id, param('name'), body.data);
        return { status: 202, body: { run_id: id, signal: param('name') } };
      },
    }),
    jsonRoute({
      method: 'GET',
      path: '/runs/:id/approvals',
      scope: 'read',
      answer: async ({ param }) => {
        const { id } = await runs.run(param('id'));
        return { body: { items: (await waits.approvals(id)).map(approvalView) } };
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/runs/:id/approvals/:step',
      scope: 'write',
      body: decisionRequestSchema,
      answer: async ({ param, body: { decision, data } }) => {
        const { id } = await runs.run(param('id'));
        await waits.decide(id, param('step'), decision, data);
        return { body: { run_id: id, step: param('step'), decision } };
      },
    }),
    jsonRoute({
      method: 'POST',
      path: '/runs/:id/approvals/:step/link',
      scope: 'write',
      body: linkRequestSchema,
      answer: async ({ param, body }) => {
        const { id } = await runs.run(param('id'));
        const { token, expiresAt } = await waits.link(id, param('step'), body.expires_in);
        return {
          status: 201,
          body: { path: `/approvals/${token}`, expires_at: momentView(expiresAt) },
        };
      },
    }),
    ...tokenRoutes(waits),
  ];
}

/** The only open routes that do anything: the token in the path is what allows it. */
const OPEN_PATH = /^\/approvals\/run_[0-9a-z]{26}\.[a-z0-9][a-z0-9_-]{0,62}\.[A-Za-z0-9_-]{43}$/;

function tokenRoutes(waits: Parts['waits']): Route[] {
  const common = { path: '/approvals/:token', scope: 'open', openPath: OPEN_PATH } as const;
  return [
    jsonRoute({
      ...common,
      method: 'GET',
      answer: async ({ param }) => ({ body: approvalView(await waits.byToken(param('token'))) }),
    }),
    jsonRoute({
      ...common,
      method: 'POST',
      body: decisionRequestSchema,
      answer: async ({ param, body: { decision, data } }) => {
        const { run, record } = await waits.byToken(param('token'));
        await waits.decide(run.id, record.name, decision, data);
        return { body: { run_id: run.id, step: record.name, decision } };
      },
    }),
  ];
}

function approvalView({ run, record, approval }: PendingApproval): ApprovalBody {
  return {
    run_id: run.id,
    step: record.name,
    approvers: approval.approvers ?? null,
    form: approval.form,
    waiting_since: momentView(record.startedAt),
    expires_at: timeView(record.dueAt ?? 0),
  };
}
