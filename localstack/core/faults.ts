/** Faults on request, seeded: calls that are throttled, fail, wait or lose their connection; deliveries twice or late. */
import type { Clock } from './clock.ts';
import { AwsError } from './errors.ts';
import { type CheckedFault, checkFault, type Fault } from './fault.ts';
import { createRandom } from './random.ts';
import { throttlingError } from './throttling.ts';
import { matchesWildcard } from './wildcard.ts';

/** The operation name under which deliveries match. */
export const DELIVERY = 'Deliver';

/** What a fault is matched against. */
export interface FaultTarget {
  readonly service: string;
  readonly operation: string;
  /** ARNs that the call or delivery is about. */
  readonly resources: readonly string[];
}

/** What remains of the faults for the caller to do. */
export interface Strike {
  /** How often the operation runs: more than once for a duplicate. */
  readonly runs: number;
  /** Whether the connection is cut instead of answered. */
  readonly isAnswerDropped: boolean;
}

/** A delivery from one service to another: an event to a target, a message to a subscriber. */
export interface Delivery {
  /** Signing name of the service that delivers. */
  readonly service: string;
  /** ARN of what it delivers to. */
  readonly target: string;
}

export interface Faults {
  /** @throws Error naming what of the fault is not understood */
  add(fault: Fault): void;
  clear(): void;
  /** What was added, with how often each has struck. */
  list(): readonly (Fault & { readonly struck: number })[];
  /** Strikes a call. @throws AwsError as a fault says, ConnectionCut when it is dropped */
  strike(target: FaultTarget): Promise<Strike>;
  /**
   * Makes one delivery as the faults want it: `send` runs once, or again for each duplicate, or later when it is
   * reordered. Rejects as the last `send` does; without faults it is `send` itself.
   */
  deliver(delivery: Delivery, send: () => Promise<void> | void): Promise<void>;
  /** The items of a batch as the faults want them: some twice, some in another order. */
  deliveries<Item>(delivery: Delivery, items: readonly Item[]): Item[];
}

/** Thrown for a connection that is cut; a client outside sees no answer at all. */
export class ConnectionCut extends AwsError {
  constructor(target: Pick<FaultTarget, 'service' | 'operation'>) {
    super('InternalFailure', `a fault cut the connection of ${target.service} ${target.operation}`, {
      status: 500,
    });
  }
}

interface ActiveFault {
  readonly fault: Fault;
  readonly checked: CheckedFault;
  readonly random: () => number;
  struck: number;
}

/** An empty set of faults. */
export function createFaults(clock: Clock): Faults {
  let active: ActiveFault[] = [];

  // a generator: a fault that ends the call leaves the next one for the next call
  function* matching(
    target: FaultTarget,
    isWanted: (fault: CheckedFault) => boolean,
  ): Generator<ActiveFault> {
    for (const each of active) {
      const { checked, random } = each;
      if (!isWanted(checked) || !matches(checked, target) || each.struck >= checked.times) continue;
      // drawn for each match, so that the same seed strikes the same calls
      if (checked.probability < 1 && random() >= checked.probability) continue;
      each.struck += 1;
      yield each;
    }
  }

  async function strike(target: FaultTarget): Promise<Strike> {
    let runs = 1;
    let isAnswerDropped = false;
    for (const { checked, random } of matching(target, isForCall)) {
      runs += checked.duplicate;
      isAnswerDropped ||= checked.drop === 'answer';
      const seconds = checked.delaySeconds + checked.reorderSeconds * random();
      if (seconds > 0) await clock.sleep(seconds * 1000, `fault on ${target.service} ${target.operation}`);
      if (checked.drop === 'request') throw new ConnectionCut(target);
      if (checked.throttle) throw throttlingError(target.service);
      if (checked.error) throw checked.error();
    }
    return { runs, isAnswerDropped };
  }

  async function deliver({ service, target }: Delivery, send: () => Promise<void> | void): Promise<void> {
    const where = { service, operation: DELIVERY, resources: [target] };
    const struck = [...matching(where, isForDelivery)];
    if (struck.length === 0) return send();
    const lateness = (): number =>
      struck.reduce(
        (sum, { checked, random }) => sum + checked.delaySeconds + checked.reorderSeconds * random(),
        0,
      );
    if (struck.some(({ checked }) => checked.drop !== undefined)) return;
    const copies = struck.reduce((count, { checked }) => count + checked.duplicate, 1);
    const sends = Array.from({ length: copies }, async () => {
      const seconds = lateness();
      if (seconds > 0) await clock.sleep(seconds * 1000, `late delivery to ${target}`);
      await send();
    });
    const outcomes = await Promise.allSettled(sends);
    const failed = outcomes.findLast((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  return {
    add(fault) {
      const checked = checkFault(fault);
      active.push({ fault, checked, random: createRandom(checked.seed), struck: 0 });
    },
    clear: () => {
      active = [];
    },
    list: () => active.map(({ fault, struck }) => ({ ...fault, struck })),
    strike,
    deliver,
    deliveries({ service, target }, items) {
      const where = { service, operation: DELIVERY, resources: [target] };
      const placed = items.flatMap((item, index) => {
        const struck = [...matching(where, isForDelivery)];
        if (struck.some(({ checked }) => checked.drop !== undefined)) return [];
        const copies = struck.reduce((count, { checked }) => count + checked.duplicate, 1);
        const moves = struck.some(({ checked }) => checked.reorderSeconds > 0);
        // a struck item may end up anywhere in the batch
        const place = () => (moves ? struck[0]!.random() * items.length : index);
        return Array.from({ length: copies }, () => ({ item, place: place() }));
      });
      return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
    },
  };
}

const isForDelivery = (fault: CheckedFault): boolean =>
  fault.operation === undefined || fault.operation === DELIVERY;

/** A fault without an operation that duplicates or reorders is meant for deliveries, not for every call. */
const isForCall = (fault: CheckedFault): boolean =>
  fault.operation !== DELIVERY &&
  (fault.operation !== undefined || (fault.duplicate === 0 && fault.reorderSeconds === 0));

function matches({ service, operation, resource }: CheckedFault, target: FaultTarget): boolean {
  if (service !== undefined && service !== target.service) return false;
  if (operation !== undefined && operation !== target.operation) return false;
  return resource === undefined || target.resources.some((each) => matchesWildcard(resource, each));
}
