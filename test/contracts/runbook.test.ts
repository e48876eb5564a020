import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { synth } from '../helpers/synth.ts';

test('every alarm has a heading in the runbook, and links to it', () => {
  const headings = new Set(
    [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading),
  );
  const { platform, projects } = synth('dev');
  const alarms = [platform, ...Object.values(projects)].flatMap((template) =>
    Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties),
  );

  expect(alarms.length).toBeGreaterThan(5);
  for (const { AlarmName, AlarmDescription } of alarms) {
    const anchor = /docs\/runbook\.md#(.+)$/.exec(AlarmDescription)?.[1];
    expect(anchor, AlarmName).toBeDefined();
    expect(headings, AlarmName).toContain(anchor);
  }
}, 60_000);
