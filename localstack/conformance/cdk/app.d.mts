import type { App } from 'aws-cdk-lib';

export function buildApp(options: {
  readonly version: string;
  /** Folder with the worker's code, and with the word that the workflow says in `say.txt`. */
  readonly handlers: string;
  readonly outdir?: string;
}): App;
