/** Places and characters in a JSON text as Jackson's messages name them. */

/** Longer texts are cut in messages. */
const LONGEST_SHOWN = 500;

/** A place, with the text that it is in. @param position offset in the text; -1 for before all of it */
export function locationIn(text: string, position: number): string {
  const lines = text.slice(0, Math.max(position, 0)).split(/\r\n|\r|\n/);
  const column = position < 0 ? 0 : lines.at(-1)!.length + 1;
  const cut = text.length - LONGEST_SHOWN;
  const shown = `"${showControls(text.slice(0, LONGEST_SHOWN))}"${cut > 0 ? `[truncated ${cut} chars]` : ''}`;
  return `[Source: (String)${shown}; line: ${lines.length}, column: ${column}]`;
}

/** A character with its code: `'x' (code 120)`. */
export function describeCharacter(character: string): string {
  const code = character === '' ? 0 : character.charCodeAt(0);
  if (code < 32) return `(CTRL-CHAR, code ${code})`;
  const hex = code > 255 ? ` / 0x${code.toString(16)}` : '';
  return `'${character}' (code ${code}${hex})`;
}

/** Control characters but line breaks are shown by their code. */
function showControls(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    const isControl = (code < 32 || (code >= 127 && code < 160)) && !'\r\n'.includes(character);
    shown += isControl ? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}` : character;
  }
  return shown;
}
