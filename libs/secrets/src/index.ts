export { cipherOf, SecretCipher, SecretKeyError } from './cipher.js';
export type { SealedSecret, SecretStore } from './ports.js';
export { Redactor, SHORTEST_SECRET } from './redactor.js';
export { StreamRedactor } from './stream-redactor.js';
export { LONGEST_SECRET, Vault } from './vault.js';
