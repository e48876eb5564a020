/** A person asks to forget keys: called directly, never by an event, and never logged. */
import * as z from 'zod/mini';
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import { FORGET_LIMIT, type ForgetKeysInput, type ForgetKeysResult } from './contract.ts';
import { forgetKeys } from './erasure/forget-keys.ts';

const input = z.object({
  project: z.string().check(z.minLength(1)),
  keys: z.array(z.string().check(z.minLength(1))).check(z.minLength(1), z.maxLength(FORGET_LIMIT)),
  next: z.optional(z.int().check(z.positive())),
  seconds: z.optional(z.number().check(z.positive())),
});

export const handler = makeHandler<ForgetKeysInput, ForgetKeysResult>({
  name: 'forget-keys',
  secret: true,
  event: { parse: (event) => understand(event) },
  run: async (request, context) => {
    const project = await loadProject(request.project);
    const settings = await loadSettings(project.dataBucket, project.settingsDigest);
    const { seconds = Infinity } = request;
    const until = performance.now() + seconds * 1000;
    // a caller that asked for an early answer is out of time as the function would be
    const isOver = () => performance.now() >= until;
    return forgetKeys(settings, request, () => (isOver() ? 0 : context.getRemainingTimeInMillis()));
  },
});

/** A message of the parser's own may quote what it does not take, so only the paths are said. */
function understand(event: unknown): ForgetKeysInput {
  const parsed = input.safeParse(event);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'input'} (${code})`);
  throw new Error(
    `expected {project, keys, next?, seconds?} with 1 to ${FORGET_LIMIT} keys that are not empty; wrong: ${paths.slice(0, 10).join(', ')}`,
  );
}
