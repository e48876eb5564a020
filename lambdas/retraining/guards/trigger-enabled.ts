/** The project's settings have to want runs for this kind of request. What a person asks is always wanted. */
import { answer, type Guard } from './guard.ts';

const RULE = 'trigger-enabled';
const SETTING = { dataset: 'onDataset', code: 'onCodeChange', alarm: 'onAlarm' } as const;

export const triggerEnabled: Guard = {
  rule: RULE,
  onFail: 'drop',
  judge({ request: { kind }, settings }) {
    if (kind === 'manual') return answer(RULE, 'NOT_APPLICABLE', 'a person asked');
    // there is no schedule and no rule unless the settings ask for them
    if (kind === 'schedule' || kind === 'event') return answer(RULE, 'PASS', `retraining by ${kind} is set`);
    const setting = SETTING[kind];
    return settings[setting]
      ? answer(RULE, 'PASS', `retraining.${setting} is on`, { setting })
      : answer(RULE, 'FAIL', `retraining.${setting} is off: set it in the project to run on this`, {
          setting,
        });
  },
};
