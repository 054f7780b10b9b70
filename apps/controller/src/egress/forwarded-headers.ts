/** Of one connection, not of the message (RFC 9110, section 7.6.1), or of the proxy itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The headers of a message that a proxy passes on, names and values in turn; those of a request get the `host` that the
 * URL names, whatever the client said.
 */
export function forwardedHeaders(raw: readonly string[], host?: string): string[] {
  const pairs = raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!] as const] : []));
  const valuesOf = (wanted: string) =>
    pairs.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const named = valuesOf('connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  const kept = pairs.filter(([name]) => !dropped.has(name.toLowerCase()));
  // A body without a length stays one, also with methods that seldom have a body.
  const hasChunks = host !== undefined && valuesOf('transfer-encoding').length > 0;
  return [
    ...(host === undefined ? [] : ['host', host]),
    ...kept.flat(),
    ...(hasChunks ? ['transfer-encoding', 'chunked'] : []),
  ];
}
