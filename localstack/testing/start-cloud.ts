/** A running local cloud for tests: a free port and a temporary data directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalCloud, type LocalCloud } from '../cloud.ts';
import { startServer } from '../server.ts';
import { loadServices, type ServiceFactory } from '../services.ts';

export interface StartCloudOptions {
  /** Folders of the services to load, for example `['s3', 'kms']`; all by default. IAM and STS are always there. */
  readonly services?: readonly string[];
  /** Further services, for example one made inside the test. */
  readonly factories?: readonly ServiceFactory[];
  /** Keeps state here, and leaves it at the end; a temporary directory by default. */
  readonly dataDirectory?: string;
}

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export interface RunningCloud {
  readonly cloud: LocalCloud;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** For any SDK v3 client: `new S3Client(running.clientConfig)`, acting as the account's root. */
  readonly clientConfig: ClientConfig;
  /** The same acting as a session of a role, which must exist. */
  clientConfigAs(roleArn: string, sessionName?: string): ClientConfig;
  stop(): Promise<void>;
}

/** Starts a cloud in this process. */
export async function startCloud(options: StartCloudOptions = {}): Promise<RunningCloud> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'local-cloud-')));
  const folders = options.services && [...new Set(['iam', 'sts', ...options.services])];
  const factories = [...(await loadServices(folders)), ...(options.factories ?? [])];
  const cloud = createLocalCloud({ dataDirectory, factories });
  const server = await startServer({ cloud, port: 0 });
  const { endpoint } = server;
  const { region } = cloud;
  return {
    cloud,
    endpoint,
    clientConfig: { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    clientConfigAs(roleArn, sessionName = 'test-session') {
      const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
      const arn = `arn:aws:sts::${cloud.account}:assumed-role/${roleName}/${sessionName}`;
      const principal = {
        kind: 'role',
        account: cloud.account,
        arn,
        roleArn,
        roleName,
        sessionName,
      } as const;
      return { endpoint, region, credentials: cloud.credentialsFor(principal) };
    },
    async stop() {
      await server.stop();
      if (!options.dataDirectory) await rm(dataDirectory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
