import type { HostBody } from '@agentainer/contracts';
import { NotFoundError } from '@agentainer/core';
import type { HostDirectory, HostStatus } from '@agentainer/pool';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import { timeView } from '../views/time-view.js';

/** The hosts, and taking one out of use for a while. */
export function hostRoutes({ hosts }: Pick<Parts, 'hosts'>): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/hosts',
      scope: 'read',
      answer: async () => ({ body: { items: (await hosts.list()).map(hostView) } }),
    }),
    changeRoute(hosts, 'drain'),
    changeRoute(hosts, 'resume'),
  ];
}

/** Both may be repeated. */
function changeRoute(hosts: HostDirectory, change: 'drain' | 'resume'): Route {
  return jsonRoute({
    method: 'POST',
    path: `/hosts/:name/${change}`,
    scope: 'admin',
    answer: async ({ param }) => {
      const name = param('name');
      const isKnown = await hosts[change](name);
      const host = isKnown && (await hosts.list()).find((one) => one.name === name);
      if (!host) throw new NotFoundError('host', name);
      return { body: hostView(host) };
    },
  });
}

function hostView({ name, state, heardAt, workers, pressure, agents }: HostStatus): HostBody {
  return {
    ...{ name, status: state, heard_at: timeView(heardAt ?? 0), workers },
    ...{ under_pressure: pressure.length > 0, pressure: [...pressure], agents },
  };
}
