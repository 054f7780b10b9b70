/** States as a script looks them up: `,a,b,`. */
export function allowed(states: readonly string[]): string {
  return `,${states.join(',')},`;
}
