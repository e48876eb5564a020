/** ItemReader: the items of a distributed Map in S3, read under the state machine's role. */
import type { ItemReader } from '../../definition/asl.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { StateFailure } from '../failure.ts';
import { integerOption, languageOf, type Visit } from '../visit.ts';
import { type FileFormat, itemsOfFile, parseManifest } from './item-files.ts';
import type { MapItem } from './items.ts';
import { listObjects, type ObjectPlace, readObject } from './s3-objects.ts';

/** The items could not be read. */
const ITEM_READER_FAILED = 'States.ItemReaderFailed';

/** A reader whose fields have been evaluated. */
export interface PreparedReader {
  readonly resource: string;
  readonly place: JsonObject;
  readonly config: JsonObject;
  /** 0 for all. */
  readonly maxItems: number;
}

/** Evaluates a reader's fields. @throws StateFailure as for the state's own fields */
export async function prepareReader(visit: Visit, reader: ItemReader): Promise<PreparedReader> {
  const config = reader.ReaderConfig ?? {};
  const maxItems = (await integerOption(visit, 'MaxItems', config)) ?? 0;
  const isJsonata = languageOf(visit) === 'JSONata';
  const template = isJsonata ? reader.Arguments : reader.Parameters;
  const field = isJsonata ? 'ItemReader/Arguments' : 'ItemReader/Parameters';
  const place = await visit.io.itemTemplate(template ?? {}, field);
  return { resource: reader.Resource, place: isObject(place) ? place : {}, config, maxItems };
}

/** Reads the items. @throws StateFailure States.ItemReaderFailed */
export async function readItems(visit: Visit, reader: PreparedReader): Promise<MapItem[]> {
  const { maxItems } = reader;
  try {
    if (maxItems < 0) throw new Error('field MaxItems must be positive');
    const items = await read(visit, reader);
    return maxItems === 0 ? items : items.slice(0, maxItems);
  } catch (thrown) {
    if (thrown instanceof StateFailure) throw thrown;
    throw new StateFailure(ITEM_READER_FAILED, (thrown as Error).message);
  }
}

function read(visit: Visit, { resource, place, config }: PreparedReader): Promise<MapItem[]> {
  const isListed = resource.endsWith(':listObjectsV2');
  if (isListed && config.Transformation === 'LOAD_AND_FLATTEN') return readListed(visit, place, config);
  if (isListed) return readMetadata(visit, place);
  return readFile(visit, place, config);
}

async function readMetadata(visit: Visit, place: JsonObject): Promise<MapItem[]> {
  const source = `s3://${String(place.Bucket)}`;
  const objects = await listObjects(visit.strand.execution, place);
  return objects.map(({ ETag, Key, LastModified, Size, StorageClass }) => ({
    value: {
      Etag: ETag ?? '',
      Key: Key ?? '',
      LastModified: Math.trunc((LastModified?.getTime() ?? 0) / 1_000),
      Size: Size ?? 0,
      StorageClass: StorageClass ?? 'STANDARD',
    } satisfies Json,
    source,
  }));
}

async function readListed(visit: Visit, place: JsonObject, config: JsonObject): Promise<MapItem[]> {
  const objects = await listObjects(visit.strand.execution, place);
  const Bucket = String(place.Bucket);
  const places = objects.map(({ Key }) => ({ Bucket, Key: String(Key) }));
  return readAll(visit, places, config as unknown as FileFormat);
}

async function readFile(visit: Visit, place: JsonObject, config: JsonObject): Promise<MapItem[]> {
  const object = place as unknown as ObjectPlace;
  const isManifest = config.InputType === 'MANIFEST' || config.ManifestType !== undefined;
  if (!isManifest) return readAll(visit, [object], config as unknown as FileFormat);
  const { places, format } = parseManifest(await readObject(visit.strand.execution, object), config);
  return readAll(visit, places, format);
}

async function readAll(visit: Visit, places: readonly ObjectPlace[], format: FileFormat): Promise<MapItem[]> {
  const items: MapItem[] = [];
  for (const place of places) {
    const source = `s3://${place.Bucket}/${place.Key}`;
    items.push(...itemsOfFile(await readObject(visit.strand.execution, place), format, source));
  }
  return items;
}
