/** From the text of a file in S3 to items, by ReaderConfig. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { DELIMITERS, parseRows, toRecords } from './csv.ts';
import { itemsIn, type MapItem } from './items.ts';
import type { ObjectPlace } from './s3-objects.ts';

/** How a file is to be read. */
export interface FileFormat {
  readonly InputType: string;
  readonly CSVDelimiter?: string;
  readonly CSVHeaderLocation?: string;
  readonly CSVHeaders?: readonly string[];
  /** JSON: where the items are in the file, for example `/data/items`. */
  readonly ItemsPointer?: string;
}

/** The items of a file. @throws Error in AWS's words for one that does not hold what it should */
export function itemsOfFile(text: string, format: FileFormat, source: string): MapItem[] {
  switch (format.InputType) {
    case 'CSV':
      return csvRecords(text, format).map((value) => ({ value, source }));
    case 'JSONL':
      return jsonLines(text).map((value) => ({ value, source }));
    default: {
      const items = itemsIn(pointTo(JSON.parse(text) as Json, format.ItemsPointer), source);
      if (!items) throw new Error('Attempting to map over non-iterable node.');
      return items;
    }
  }
}

/** The files of a manifest, and how they are to be read. */
export function parseManifest(
  text: string,
  config: JsonObject,
): { places: readonly ObjectPlace[]; format: FileFormat } {
  if (config.ManifestType === 'ATHENA_DATA') {
    const places = parseRows(text, ',').map(([uri = '']) => placeOf(uri.trim()));
    return { places, format: config as unknown as FileFormat };
  }
  const manifest = JSON.parse(text) as {
    readonly destinationBucket: string;
    readonly fileFormat: string;
    readonly fileSchema: string;
    readonly files: readonly { readonly key: string }[];
  };
  if (manifest.fileFormat !== 'CSV')
    throw new Error('The output format of the S3 inventory report must be CSV.');
  const Bucket = manifest.destinationBucket.split(':').at(-1) as string;
  return {
    places: manifest.files.map(({ key }) => ({ Bucket, Key: key })),
    format: {
      InputType: 'CSV',
      CSVHeaderLocation: 'GIVEN',
      CSVHeaders: manifest.fileSchema.split(',').map((name) => name.trim()),
    },
  };
}

function placeOf(uri: string): ObjectPlace {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (!match) throw new Error(`The manifest names '${uri}', which is no S3 URI.`);
  return { Bucket: match[1] as string, Key: match[2] as string };
}

function csvRecords(text: string, format: FileFormat): Record<string, string>[] {
  const { CSVDelimiter = 'COMMA', CSVHeaderLocation, CSVHeaders = [] } = format;
  const rows = parseRows(text, DELIMITERS[CSVDelimiter] as string);
  const header = CSVHeaderLocation === 'FIRST_ROW' ? (rows.shift() ?? []) : CSVHeaders;
  if (new Set(header).size !== header.length) throw new Error('CSV headers cannot contain duplicates.');
  return toRecords(rows, header);
}

function jsonLines(text: string): Json[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Json);
}

/** RFC 6901. */
function pointTo(root: Json, pointer = ''): Json {
  let value: Json | undefined = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replace(/~1/g, '/').replace(/~0/g, '~');
    if (Array.isArray(value)) value = (value as Json[])[Number(name)];
    else value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (value === undefined) throw new Error(`The ItemsPointer '${pointer}' could not be found in the file.`);
  return value;
}
