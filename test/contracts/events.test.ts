import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EVENT_NAMES } from '../../lambdas/events/contract.ts';
import { synth } from '../helpers/synth.ts';

const sources = ['lambdas', 'console'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8')),
);

test('every domain event has a place that puts it', () => {
  const put = EVENT_NAMES.filter((name) =>
    sources.some((text) => new RegExp(`(publish|putDomainEvent)\\([^;]{0,60}'${name}'`).test(text)),
  );

  expect(put).toEqual([...EVENT_NAMES]);
});

test('every rule on the stage bus listens to events that exist', () => {
  const rules = Object.values(synth('dev').platform.findResources('AWS::Events::Rule'));
  const heard = rules
    .filter(({ Properties }) => Properties.EventPattern?.source?.[0] === 'driftless')
    .flatMap(({ Properties }) => Properties.EventPattern['detail-type'] ?? []);

  expect(heard.length).toBeGreaterThan(5);
  expect(heard.filter((name: string) => !(EVENT_NAMES as readonly string[]).includes(name))).toEqual([]);
}, 60_000);
