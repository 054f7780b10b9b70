/** Services of this host that its agents may reach: names, and the paths of the Unix sockets they listen on. */
export type EgressSockets = Readonly<Record<string, string>>;

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;
/** The socket of an agent's proxy has this name. */
const TAKEN = 'proxy';

/** `texts=/run/texts.sock,models=/run/models.sock`; undefined where the text is not of that form. */
export function parseEgressSockets(text: string): EgressSockets | undefined {
  const entries = text.split(',').map((part) => /^([^=]+)=(\/.*)$/.exec(part.trim())?.slice(1) ?? []);
  const isValid = entries.every(
    ([name, path]) => name !== undefined && path !== undefined && NAME.test(name) && name !== TAKEN,
  );
  return isValid ? (Object.fromEntries(entries) as EgressSockets) : undefined;
}
