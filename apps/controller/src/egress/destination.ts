/** Where a client of a proxy wants to get to. The host as URLs have it: in lower case, addresses in full and with brackets. */
export interface Destination {
  host: string;
  port: number;
}

/** Of `CONNECT host:port`. Undefined where it is no such thing. */
export function tunnelDestination(authority: string): Destination | undefined {
  if (!/:\d+$/.test(authority)) return undefined;
  const url = plainUrl(`http://${authority}`);
  return url?.href === `http://${url?.host}/` ? destinationOf(url) : undefined;
}

/** Of `GET http://host/path`, with the path. Undefined where it is no such thing. */
export function requestDestination(target: string): (Destination & { path: string }) | undefined {
  const url = /^http:\/\//i.test(target) ? plainUrl(target) : undefined;
  return url && { ...destinationOf(url), path: url.pathname + url.search };
}

function plainUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && url.username === '' && url.password === '' && url.hostname !== '' ? url : undefined;
}

function destinationOf(url: URL): Destination {
  return { host: url.hostname.replace(/\.$/, ''), port: Number(url.port || 80) };
}
