import { AgentStartError } from '@agentainer/pool';
import { withDeadline } from '@agentainer/runtime';
import type Docker from 'dockerode';
import { statusOf } from './engine.js';
import { ImagePulls } from './image-pulls.js';

/** How long the engine may take to find an image, in milliseconds. */
const LOOK_UP_MS = 10_000;
/** Each part of it begins with a letter, a digit or an underscore, so that none is `.` or `..`. */
const IMAGE_NAME = /^\w[\w.:@-]*(\/\w[\w.:@-]*)*$/;

/** An image as the engine has it. */
export interface EngineImage {
  /** What a container is made of: a name or digest that the engine knows. */
  reference: string;
  id: string;
  /** The user that it names for itself. */
  user: string;
  /** Its entry point and command. */
  command: readonly string[];
  /** Paths at which it wants what outlives its containers. */
  volumes: readonly string[];
}

/** The images of one engine. */
export class EngineImages {
  private readonly pulls: ImagePulls;

  /** @param registryAuthFile credentials for registries, in the form of Docker's `config.json` */
  constructor(
    private readonly docker: Docker,
    registryAuthFile?: string,
  ) {
    this.pulls = new ImagePulls(docker, registryAuthFile);
  }

  /**
   * What an image is: the digest of its manifest in the registry that its name is of, else, where it was made on this
   * host, its id, which is a digest as well. Undefined where it is not here.
   */
  async digestOf(image: string): Promise<string | undefined> {
    const found = await this.inspect(image);
    const repository = repositoryOf(image);
    const inRegistry = found?.RepoDigests?.find((digest) => digest.startsWith(`${repository}@`));
    return inRegistry?.slice(repository.length + 1) ?? found?.Id;
  }

  /** @param digest what the image must be, whatever its name stands for by now @throws {AgentStartError} where it is not here */
  async find(image: string, digest?: string): Promise<EngineImage> {
    const references = digest === undefined ? [image] : [`${repositoryOf(image)}@${digest}`, digest];
    for (const reference of references) {
      const found = await this.inspect(reference);
      if (found) return imageOf(reference, found);
    }
    const what = digest === undefined ? image : `what ${image} was when the run started, ${digest},`;
    throw new AgentStartError('IMAGE_NOT_FOUND', `${what} is no image of this host`);
  }

  /** @throws {AgentStartError} where it can be had neither here nor there */
  async pull(image: string, { digest, always }: { digest?: string; always: boolean }): Promise<void> {
    if (!IMAGE_NAME.test(image)) throw new AgentStartError('IMAGE_NOT_FOUND', `${image} is no image name`);
    if (always) await this.pulls.pull(image);
    const isHere = await this.find(image, digest).then(
      () => true,
      () => false,
    );
    if (!isHere) await this.pulls.pull(digest === undefined ? image : `${repositoryOf(image)}@${digest}`);
  }

  private async inspect(reference: string): Promise<Docker.ImageInspectInfo | undefined> {
    // The name becomes part of a path, in which it must not lead elsewhere.
    if (!IMAGE_NAME.test(reference)) return undefined;
    const inspected = this.docker.getImage(reference).inspect();
    try {
      return await withDeadline('looking for an image', LOOK_UP_MS, inspected);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }
}

function imageOf(reference: string, { Id: id, Config }: Docker.ImageInspectInfo): EngineImage {
  return {
    ...{ reference, id, user: Config?.User ?? '' },
    command: [Config?.Entrypoint ?? [], Config?.Cmd ?? []].flat(),
    volumes: Object.keys(Config?.Volumes ?? {}),
  };
}

/** An image's name without its tag or digest. A colon before a slash is that of a port. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}
