/** A secret as it is stored: nobody who reads it learns the value. */
export interface SealedSecret {
  name: string;
  /** What {@link SecretCipher} made of the value. */
  sealed: string;
  updatedAt: number;
}

/** Where sealed secrets are kept. */
export interface SecretStore {
  /** Puts a secret in the place of the one of its name. @throws {ConflictError} where there are as many as there may be */
  put(secret: SealedSecret): Promise<void>;
  get(name: string): Promise<SealedSecret | undefined>;
  /** By name. */
  list(): Promise<Omit<SealedSecret, 'sealed'>[]>;
  /** False where there is none of that name. */
  remove(name: string): Promise<boolean>;
}
