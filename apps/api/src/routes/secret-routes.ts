import { putSecretRequestSchema, type SecretBody } from '@agentainer/contracts';
import { InvalidInputError, secretNameSchema } from '@agentainer/core';
import type { SealedSecret } from '@agentainer/secrets';
import { jsonRoute, type Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import { momentView } from '../views/time-view.js';

/** Secrets by name. No route shows a value. */
export function secretRoutes({ secrets }: Pick<Parts, 'secrets'>): Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/secrets',
      scope: 'admin',
      answer: async () => ({ body: { items: (await secrets.list()).map(secretView) } }),
    }),
    jsonRoute({
      method: 'PUT',
      path: '/secrets/:name',
      scope: 'admin',
      body: putSecretRequestSchema,
      answer: async ({ param, body }) => ({
        body: secretView(await secrets.put(nameOf(param('name')), body.value)),
      }),
    }),
    jsonRoute({
      method: 'DELETE',
      path: '/secrets/:name',
      scope: 'admin',
      answer: async ({ param }) => {
        const name = param('name');
        await secrets.remove(name);
        return { body: { name, deleted: true } };
      },
    }),
  ];
}

function nameOf(name: string): string {
  const { success, error } = secretNameSchema.safeParse(name);
  if (success) return name;
  throw new InvalidInputError([{ path: 'name', message: error.issues[0]!.message }]);
}

function secretView({ name, updatedAt }: Omit<SealedSecret, 'sealed'>): SecretBody {
  return { name, updated_at: momentView(updatedAt) };
}
