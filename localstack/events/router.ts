/** Takes events onto buses, keeps archives, and starts the delivery to every target of every matching rule. */
import type { Cloud } from '../core/cloud.ts';
import type { Archives } from './archives.ts';
import { type BusEvent, eventTime } from './bus-event.ts';
import { deliver } from './deliver.ts';
import { DeliveryError } from './delivery-error.ts';
import { type EventPattern, parseEventPattern } from './pattern.ts';
import { busNameOf, type EventStore, type RuleRecord, rulesOf } from './store.ts';

export interface Router {
  /** Routes an event on a bus; returns before anything is delivered. */
  route(busName: string, event: BusEvent, options?: RouteOptions): void;
  /** Sends an event to the targets of one rule, whatever its pattern says: for schedules. */
  trigger(rule: RuleRecord, event: BusEvent): void;
}

export interface RouteOptions {
  /** A replayed event goes to these rules only, and is not archived again. */
  readonly onlyRuleArns?: readonly string[];
  readonly isReplay?: boolean;
  /** Buses that the event has crossed already. */
  readonly hops?: number;
}

/** EventBridge forwards an event from bus to bus, but not on from there. */
const MOST_HOPS = 1;

export function createRouter(cloud: Cloud, store: EventStore, archives: Archives): Router {
  const patterns = new Map<string, EventPattern>();

  function patternOf(text: string): EventPattern {
    const known = patterns.get(text);
    if (known) return known;
    const pattern = parseEventPattern(text);
    patterns.set(text, pattern);
    return pattern;
  }

  function forwardFrom(hops: number): (busArn: string, event: BusEvent) => void {
    return (arn, event) => {
      const name = busNameOf(arn);
      if (hops >= MOST_HOPS) {
        console.error(
          `local cloud: events: ${event.id} is not forwarded to ${name}: it has crossed a bus already`,
        );
      } else if (store.buses.has(name)) {
        route(name, event, { hops: hops + 1 });
      } else {
        throw new DeliveryError('NO_RESOURCE', `Event bus ${name} does not exist.`);
      }
    };
  }

  function start(rule: RuleRecord, event: BusEvent, hops: number): void {
    const ingestionTime = eventTime(cloud.clock.date());
    for (const target of rule.targets) {
      cloud.background(`event ${event['detail-type']} to ${target.Arn}`, () =>
        deliver(cloud, { event, rule, target, ingestionTime, forward: forwardFrom(hops) }),
      );
    }
  }

  function route(busName: string, event: BusEvent, options: RouteOptions = {}): void {
    if (!options.isReplay) archives.keep(busName, event);
    for (const rule of rulesOf(store, busName)) {
      if (rule.state !== 'ENABLED' || rule.eventPattern === undefined) continue;
      if (options.onlyRuleArns && !options.onlyRuleArns.includes(rule.arn)) continue;
      if (patternOf(rule.eventPattern).matches(event)) start(rule, event, options.hops ?? 0);
    }
  }

  return { route, trigger: (rule, event) => start(rule, event, 0) };
}
