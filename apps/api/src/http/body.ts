import express, { type Request, type Response } from 'express';
import { HttpError } from './http-error.js';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i;

/** The body of a request as JSON; undefined where there is none. */
export type BodyReader = (request: Request, response: Response) => Promise<unknown>;

/** Reads JSON bodies up to `limit` bytes, however they are compressed. */
export function bodyReader(limit: number): BodyReader {
  const readJson = express.json({ limit, strict: false, type: () => true });
  return async (request, response) => {
    if (!hasBody(request)) return undefined;
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      throw new HttpError('UNSUPPORTED_MEDIA_TYPE', 'the body must be of the type application/json');
    }
    await new Promise<void>((resolve, reject) => {
      void readJson(request, response, (error?: unknown) => (error ? reject(error as Error) : resolve()));
    });
    return request.body as unknown;
  };
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
