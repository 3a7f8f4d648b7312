// Colours that respect NO_COLOR, FORCE_COLOR and output that is not a terminal.
import { styleText } from 'node:util';

type Paint = (text: string) => string;
export type Colours = Readonly<Record<'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold', Paint>>;

const isColoured = (stream: NodeJS.WriteStream): boolean => {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY && TERM !== 'dumb';
};

export function colours(stream: NodeJS.WriteStream): Colours {
  const paint = (format: Parameters<typeof styleText>[0]): Paint => (isColoured(stream) ? (text) => styleText(format, text) : (text) => text);
  return { red: paint('red'), green: paint('green'), yellow: paint('yellow'), cyan: paint('cyan'), dim: paint('dim'), bold: paint('bold') };
}
