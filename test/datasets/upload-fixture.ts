/** A project with fakes around it, and what became of its uploads. */
import type { Context } from 'aws-lambda';
import { expect } from 'vitest';
import type { ChecksDocument, Manifest } from '../../lambdas/datasets/contract.ts';
import { handler as receiveHandler } from '../../lambdas/datasets/receive-upload.handler.ts';
import { handler as sweepHandler } from '../../lambdas/datasets/sweep-incoming.handler.ts';
import { projectPk, SK, type UploadItem } from '../../lambdas/shared/catalog-items.ts';
import { manifestKey, SUCCESS_MARKER } from '../../lambdas/shared/keys.ts';
import { STATE_TAG } from '../../lambdas/shared/object-versions.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { type PlayOptions, playEvent } from '../shared/ingest-driver.ts';
import { anObjectCreated, aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { type FakeStates, fakeStates } from '../shared/states-fake.ts';

const context = {} as Context;

export class Stage {
  readonly aws: FakeAws;
  readonly states: FakeStates;

  constructor(dataset: Partial<DatasetSettings> = {}) {
    this.aws = fakeAws();
    this.states = fakeStates(() => this.aws);
    deployProject(this.aws, aProject(dataset));
  }

  restore(): void {
    this.aws.restore();
    this.states.restore();
  }

  /** Puts a file below `incoming/`. @returns S3's event for it. */
  put(name: string, content: string | Uint8Array = '', at?: Date) {
    this.aws.put(BUCKET, `incoming/${name}`, content, at);
    return anObjectCreated(this.aws, `incoming/${name}`, '0');
  }

  /** Puts files into a folder, then its marker. @returns S3's event for the marker. */
  putFolder(folder: string, files: Readonly<Record<string, string | Uint8Array>>) {
    for (const [name, content] of Object.entries(files)) this.put(`${folder}/${name}`, content);
    return this.put(`${folder}/${SUCCESS_MARKER}`);
  }

  play(event: unknown, options?: PlayOptions) {
    return playEvent(this.states, event, options);
  }

  /** Delivers an event without playing the execution that it starts. */
  receive(event: unknown) {
    return receiveHandler(event, context);
  }

  sweep() {
    return sweepHandler({}, context);
  }

  item<Item = Record<string, unknown>>(sk: string): Item | undefined {
    return this.aws.items.get(`${projectPk(PROJECT)}|${sk}`) as Item | undefined;
  }

  upload(upload: string): UploadItem {
    return this.item<UploadItem>(SK.upload(upload))!;
  }

  uploads(): UploadItem[] {
    return this.itemsBelow('UPLOAD#') as unknown as UploadItem[];
  }

  itemsBelow(prefix: string): Record<string, unknown>[] {
    const keys = [...this.aws.items.keys()].filter((key) =>
      key.startsWith(`${projectPk(PROJECT)}|${prefix}`),
    );
    return keys.sort().map((key) => this.aws.items.get(key)!);
  }

  events(): string[] {
    return this.aws.events.map(({ name }) => name);
  }

  manifest(version: number): Manifest {
    return this.aws.json<Manifest>(BUCKET, manifestKey(version));
  }

  checks(version: number): ChecksDocument {
    return this.aws.json<ChecksDocument>(BUCKET, `datasets/${version}/checks.json`);
  }

  document<T>(key: string): T {
    return this.aws.json<T>(BUCKET, key);
  }

  /** Value of the tag on the current object, or on a version of it. */
  tag(name: string, versionId?: string): string | undefined {
    const versions = this.aws.versions.get(`${BUCKET}/incoming/${name}`) ?? [];
    const found = versionId ? versions.find((version) => version.versionId === versionId) : versions[0];
    return found?.tags?.[STATE_TAG];
  }

  keys(prefix: string): string[] {
    return this.aws.keys(`${BUCKET}/${prefix}`).map((key) => key.slice(BUCKET.length + 1));
  }

  /** Nothing is half done: every number is taken, the head is one of them, what they name is there. */
  expectSound(versions: number): void {
    const found = this.itemsBelow('VERSION#').map(({ version }) => version);
    expect(found).toEqual(Array.from({ length: versions }, (_, index) => index + 1));
    expect(this.item(SK.commit)).toMatchObject({ lastVersion: versions });
    expect(this.item(SK.commit)).not.toHaveProperty('pending');
    const digests = new Set<string>();
    for (let version = 1; version <= versions; version++) {
      const { digest, files } = this.manifest(version);
      digests.add(digest);
      for (const { sha256, size } of files) {
        expect(this.aws.objects.get(`${BUCKET}/objects/${sha256}`)?.bytes.length).toBe(size);
      }
    }
    expect(digests.size, 'one version per content').toBe(versions);
  }
}
