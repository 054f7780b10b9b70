import { z } from 'zod';

/** Where agents may connect to: a host, or all below one (`*.example.com`), or any (`*`); and a port, or any. */
export interface EgressPattern {
  host: string;
  port: number | '*';
}

const PARTS = /^(.+):(\*|[1-9]\d{0,4})$/;

/** `api.example.com:443`, `*.example.com:*`, `10.0.0.7:5432`, `[2001:db8::1]:443`. Undefined where the text is no pattern. */
export function parseEgressPattern(text: string): EgressPattern | undefined {
  const [, host = '', port = ''] = PARTS.exec(text) ?? [];
  if (host !== '*' && !isHost(host.startsWith('*.') ? host.slice(2) : host)) return undefined;
  if (port === '*') return { host, port };
  return Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}

/** Whether everything that `asked` stands for is among what `permitted` does. */
export function coversEgress(permitted: EgressPattern, asked: EgressPattern): boolean {
  const { host, port } = permitted;
  const isHostCovered =
    host === '*' || host === asked.host || (host.startsWith('*.') && asked.host.endsWith(host.slice(1)));
  return isHostCovered && (port === '*' || port === asked.port);
}

export const egressPatternSchema = z
  .string()
  .max(300)
  .refine(
    (text) => parseEgressPattern(text) !== undefined,
    'must be of the form host:port, such as "api.example.com:443" or "*.example.com:*"',
  );

/** Written as clients write it in the end, so that there is one way to write a host: in lower case, addresses in full. */
function isHost(host: string): boolean {
  if (host.includes('*') || host.endsWith('.')) return false;
  return URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === host;
}
