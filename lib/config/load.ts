/** Reads and checks `driftless.config.ts`: all mistakes at once, each with path, value, what is allowed and what to do. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { configSchema, type DriftlessConfig, type ResolvedConfig } from './schema.ts';

/** Gives the config its type; the checks run when the app is synthesized. */
export function defineConfig(config: DriftlessConfig): DriftlessConfig {
  return config;
}

export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[], file = 'driftless.config.ts') {
    const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
    super(`${count} in ${file}:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

/**
 * The config with every default filled in.
 * @param directory folder that `trainer.source` is relative to.
 * @throws ConfigError with every mistake.
 */
export function parseConfig(config: unknown, directory: string): ResolvedConfig {
  const parsed = configSchema.safeParse(config, { reportInput: true });
  const mistakes = parsed.success ? [] : parsed.error.issues.flatMap(describeIssue);
  mistakes.push(...missingTrainers(config, directory));
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes);
  return parsed.data;
}

/** Imports the config file and checks it. @throws ConfigError */
export async function loadConfig(
  file = 'driftless.config.ts',
): Promise<{ config: ResolvedConfig; directory: string }> {
  const path = resolve(file);
  if (!existsSync(path))
    throw new ConfigError([`no such file: ${path}; create it with defineConfig({ stages, projects })`], file);
  const module: { default?: unknown } = await import(pathToFileURL(path).href);
  return { config: parseConfig(module.default, dirname(path)), directory: dirname(path) };
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue): string[] {
  const path = issue.path.length > 0 ? issue.path.join('.') : 'config';
  const got =
    'input' in issue && issue.input !== undefined ? `got ${JSON.stringify(issue.input)}` : 'is missing';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(
        (key) => `${[...issue.path, key].join('.')}: is not a setting; remove it or correct its name`,
      );
    case 'invalid_key':
      return issue.issues.map(
        (inner) => `${path}: got ${JSON.stringify(issue.path.at(-1))}; allowed: ${inner.message}`,
      );
    case 'invalid_type':
      return [`${path}: ${got}; allowed: ${issue.expected}; set it`];
    case 'invalid_value':
      return [`${path}: ${got}; allowed: ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`];
    case 'too_small':
      return [`${path}: ${got}; allowed: ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`];
    case 'too_big':
      return [
        `${path}: ${got}; allowed: at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`,
      ];
    case 'invalid_union': {
      if (!('discriminator' in issue) || issue.discriminator === undefined) break;
      const chosen = (issue.input as Record<string, unknown> | undefined)?.[issue.discriminator as string];
      return [`${path}: got ${JSON.stringify(chosen)}; allowed: ${issue.message}`];
    }
  }
  return [`${path}: ${got}; allowed: ${issue.message}`];
}

function missingTrainers(config: unknown, directory: string): string[] {
  const projects = (config as Partial<DriftlessConfig> | undefined)?.projects ?? {};
  return Object.entries(projects).flatMap(([name, project]) => {
    const trainer = project?.trainer;
    const at = `projects.${name}.trainer`;
    if (trainer?.kind === 'image') return missingDockerfile(at, trainer.dockerfile, directory);
    if (trainer?.kind === 'built-in' || typeof trainer?.source !== 'string') return [];
    const folder = join(directory, trainer.source);
    if (!isFolder(folder)) {
      return [
        `${at}.source: got "${trainer.source}"; allowed: a folder relative to the config file; create ${folder}`,
      ];
    }
    const entryPoint = trainer.entryPoint ?? 'train.py';
    if (existsSync(join(folder, entryPoint))) return [];
    return [
      `${at}.entryPoint: got "${entryPoint}"; allowed: a file in ${trainer.source}; create it or correct the name`,
    ];
  });
}

function missingDockerfile(at: string, dockerfile: unknown, directory: string): string[] {
  if (typeof dockerfile !== 'string' || existsSync(join(directory, dockerfile, 'Dockerfile'))) return [];
  return [
    `${at}.dockerfile: got "${dockerfile}"; allowed: a folder with a Dockerfile, relative to the config file; create ${join(directory, dockerfile, 'Dockerfile')}`,
  ];
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
