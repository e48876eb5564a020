/** One record of RFC 4180: fields by commas, quoted where they hold a comma, a quotation mark or a line end. */

/** Fields of a line; an unclosed quotation mark takes the rest of the line. */
export function parseCsvLine(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let field = '';
      at++;
      for (;;) {
        const end = line.indexOf('"', at);
        if (end < 0) return [...fields, field + line.slice(at)];
        field += line.slice(at, end);
        at = end + 1;
        if (line[at] !== '"') break;
        field += '"';
        at++;
      }
      fields.push(field);
    } else {
      const end = line.indexOf(',', at);
      fields.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length : end;
    }
    if (at >= line.length) return fields;
    at++;
  }
}

/** A line from fields. */
export function formatCsvLine(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}
