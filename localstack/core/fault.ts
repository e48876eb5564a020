/** One fault as it is asked for, and the check that it is understood. */
import { AwsError } from './errors.ts';

/** Where a fault strikes, how often, and what it does. */
export interface Fault {
  /** Signing name; absent for every service. */
  readonly service?: string;
  /** API operation, or `Deliver` for deliveries to targets; absent for every one. */
  readonly operation?: string;
  /** ARN that the call is about, with `*` and `?`. */
  readonly resource?: string;
  /** How many it strikes; default 1, or no limit where a probability is given. */
  readonly times?: number;
  /** 0 to 1; default 1. */
  readonly probability?: number;
  /** Of the random numbers of this fault; default 1. The same seed strikes the same ones of a sequence of calls. */
  readonly seed?: number;
  /** Wait before the call, in seconds on the cloud's clock. */
  readonly delaySeconds?: number;
  /** Answers with the service's own throttling error. */
  readonly throttle?: boolean;
  /** Answers with this error, for example `InternalServerError`. */
  readonly code?: string;
  readonly message?: string;
  /** HTTP status of `code`; default 400. */
  readonly status?: number;
  /** Cuts the connection before the call runs (`request`) or after it (`answer`); a delivery is lost. */
  readonly drop?: 'request' | 'answer';
  /** Further times that the same is delivered; for a call, that it runs. */
  readonly duplicate?: number;
  /** Held back for a random time up to so many seconds, so that later ones overtake; `true` is 5 seconds. */
  readonly reorder?: boolean | number;
}

/** A fault with its defaults. */
export interface CheckedFault {
  readonly service: string | undefined;
  readonly operation: string | undefined;
  readonly resource: string | undefined;
  readonly times: number;
  readonly probability: number;
  readonly seed: number;
  readonly delaySeconds: number;
  readonly throttle: boolean;
  readonly error: (() => AwsError) | undefined;
  readonly drop: 'request' | 'answer' | undefined;
  readonly duplicate: number;
  readonly reorderSeconds: number;
}

const DEFAULT_REORDER_SECONDS = 5;
const EFFECTS = ['delaySeconds', 'throttle', 'code', 'drop', 'duplicate', 'reorder'] as const;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0;
const isSeconds = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value);

const MEMBERS: Readonly<Record<keyof Fault, readonly [(value: unknown) => boolean, string]>> = {
  service: [isText, 'a signing name'],
  operation: [isText, "an operation's name, or Deliver"],
  resource: [isText, 'an ARN with * and ?'],
  times: [isCount, 'a whole number above 0'],
  probability: [(value) => isSeconds(value) && Number(value) <= 1, 'a number from 0 to 1'],
  seed: [Number.isInteger, 'a whole number'],
  delaySeconds: [isSeconds, 'a number of seconds'],
  throttle: [(value) => value === true, 'true'],
  code: [isText, "an error's code"],
  message: [(value) => typeof value === 'string', 'text'],
  status: [
    (value) => isCount(value) && Number(value) >= 400 && Number(value) < 600,
    'an HTTP status of 400 to 599',
  ],
  drop: [(value) => value === 'request' || value === 'answer', '"request" or "answer"'],
  duplicate: [isCount, 'a whole number above 0'],
  reorder: [(value) => value === true || isSeconds(value), 'true or a number of seconds'],
};

/** The fault with its defaults. @throws Error naming a member that is unknown or of the wrong kind, or that it does nothing */
export function checkFault(fault: Fault): CheckedFault {
  if (typeof fault !== 'object' || fault === null || Array.isArray(fault))
    throw new Error('a fault is a JSON object');
  for (const [name, value] of Object.entries(fault)) {
    const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof Fault] : undefined;
    if (!member) throw new Error(`a fault has no ${name}; it may have ${Object.keys(MEMBERS).join(', ')}`);
    if (!member[0](value)) throw new Error(`a fault's ${name} is ${member[1]}, got ${JSON.stringify(value)}`);
  }
  if (!EFFECTS.some((name) => fault[name] !== undefined))
    throw new Error(`this fault does nothing: give one of ${EFFECTS.join(', ')}`);
  const { code, message = 'a fault that was asked for', status = 400, reorder = 0 } = fault;
  return {
    service: fault.service,
    operation: fault.operation,
    resource: fault.resource,
    times: fault.times ?? (fault.probability === undefined ? 1 : Number.POSITIVE_INFINITY),
    probability: fault.probability ?? 1,
    seed: fault.seed ?? 1,
    delaySeconds: fault.delaySeconds ?? 0,
    throttle: fault.throttle ?? false,
    error: code === undefined ? undefined : () => new AwsError(code, message, { status }),
    drop: fault.drop,
    duplicate: fault.duplicate ?? 0,
    reorderSeconds: typeof reorder === 'number' ? reorder : DEFAULT_REORDER_SECONDS,
  };
}
