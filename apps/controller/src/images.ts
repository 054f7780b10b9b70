import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const imagesSchema = z.record(z.string().min(1), z.array(z.string()).min(1));
/** The program and arguments that each image stands for where agents are processes. */
export type Images = z.output<typeof imagesSchema>;

/** @throws where the file cannot be read, or is not of this form: `{"scraper:latest": ["node", "scraper.js"]}` */
export async function readImages(path: string): Promise<Images> {
  try {
    return imagesSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new Error(`${path} does not say which program each image stands for`, { cause });
  }
}
