/** The account that assumptions are checked on: recorded clients, names of our own, and cleaning up after it. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Recordable, type RecordedCall, recordCalls } from './recording.ts';

/** Between two looks at something that takes its time. */
const POLL_SECONDS = 5;

export interface AccountOptions {
  /** A deployed stage and project, for checks that look at one. */
  readonly stage?: string | undefined;
  readonly project?: string | undefined;
  /** Endpoint and credentials of another cloud than AWS; from the environment by default. */
  readonly clientConfig?: object;
  /** Told what goes on. */
  readonly log?: (line: string) => void;
  /** Waits between two looks; in real time by default. */
  readonly wait?: (seconds: number) => Promise<unknown>;
}

/** A cleaning up that failed: something may be left in the account. */
export interface Leftover {
  readonly what: string;
  readonly reason: string;
}

export interface Account {
  readonly accountId: string;
  readonly region: string;
  /** Begins the name of everything that a check makes: `driftless-verify-<8 hex digits>`. */
  readonly prefix: string;
  readonly stage: string;
  readonly project: string;
  /** A client whose calls are recorded; with `settings` of its own, for example a role's credentials. */
  client<Client extends Recordable>(Client: new (config: object) => Client, settings?: object): Client;
  /** Looks again until `look` gives something. @throws Error naming `what` after `seconds`. */
  eventually<Found>(what: string, look: () => Promise<Found | undefined>, seconds?: number): Promise<Found>;
  /** Remembers how to delete what was just made; the last made is deleted first. */
  undo(what: string, work: () => Promise<unknown>): void;
  log(line: string): void;
}

export interface AccountInUse extends Account {
  readonly calls: readonly RecordedCall[];
  /** Deletes what was made, in reverse; goes on after a failure. @returns what may be left */
  cleanUp(): Promise<readonly Leftover[]>;
}

/** Opens the account that the environment's credentials belong to. @throws Error when there are none. */
export async function openAccount(options: AccountOptions = {}): Promise<AccountInUse> {
  const { clientConfig = {}, wait = (seconds: number) => sleep(seconds * 1000), log = () => {} } = options;
  const identity = new STSClient(clientConfig);
  const { Account: accountId = '' } = await identity.send(new GetCallerIdentityCommand({}));
  const region = await identity.config.region();
  const calls: RecordedCall[] = [];
  const undoing: { readonly what: string; readonly work: () => Promise<unknown> }[] = [];

  return {
    accountId,
    region,
    prefix: `driftless-verify-${randomBytes(4).toString('hex')}`,
    stage: options.stage ?? '',
    project: options.project ?? '',
    calls,
    log,
    client: (Client, settings) => recordCalls(new Client({ ...clientConfig, ...settings }), calls),
    undo: (what, work) => void undoing.push({ what, work }),
    async eventually(what, look, seconds = 120) {
      for (let waited = 0; waited <= seconds; waited += POLL_SECONDS) {
        const found = await look();
        if (found !== undefined) return found;
        await wait(POLL_SECONDS);
      }
      throw new Error(`${what} did not come within ${seconds} s`);
    },
    async cleanUp() {
      const leftovers: Leftover[] = [];
      for (const { what, work } of undoing.reverse()) {
        await work().catch((error: Error) => leftovers.push({ what, reason: error.message }));
      }
      undoing.length = 0;
      return leftovers;
    },
  };
}
