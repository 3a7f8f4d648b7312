// Draws the grid of cells: as much as fits, from columns with durations down to one character for each cell.
import type { Grid, GridKernel } from '../grid.ts';
import { clip, displayWidth, padEnd } from '../text.ts';
import { glyphsOf, paint, paintLook, symbolOf, type Look, type Theme } from './theme.ts';

interface GridCellView {
  readonly look: Look;
  /** Short duration, shown where there is room. */
  readonly time: string;
  /** Instead of the look's own symbol: the spinner's. */
  readonly symbol?: string;
}

/** What is known of a cell; undefined where the matrix has none. */
export type ViewOf = (caseName: string, kernel: string, arch: string) => GridCellView | undefined;

interface Layout {
  readonly title: (arch: string) => string;
  readonly times: boolean;
  readonly minimum: number;
  readonly gap: number;
  readonly groupGap: number;
}

const full = (arch: string): string => arch;
const layouts: readonly Layout[] = [
  { title: full, times: true, minimum: 6, gap: 1, groupGap: 3 },
  { title: full, times: false, minimum: 3, gap: 1, groupGap: 3 },
  { title: shortArch, times: false, minimum: 3, gap: 1, groupGap: 3 },
  { title: () => '', times: false, minimum: 1, gap: 0, groupGap: 2 },
];

const nameLimit = 28;

/**
 * The grid within `width` columns. With `wrap`, kernels that do not fit go into further grids below;
 * without it the result is undefined where the grid is too wide.
 */
export function renderGrid(grid: Grid, viewOf: ViewOf, width: number, theme: Theme, wrap = false): readonly string[] | undefined {
  const nameWidth = Math.min(nameLimit, Math.max(0, ...grid.cases.map(displayWidth)));
  const room = width - nameWidth - 2;
  const usable = layouts.filter((layout) => hasDistinctTitles(grid, layout));
  const layout = usable.find((candidate) => gridWidth(grid.kernels, candidate) <= room);
  if (layout !== undefined) return block(grid.cases, grid.kernels, viewOf, nameWidth, layout, theme);
  if (!wrap) return undefined;
  const narrow = usable[1] ?? layouts[3];
  if (narrow === undefined) return undefined;
  const blocks = splitKernels(grid.kernels, narrow, room).map((kernels) => block(grid.cases, kernels, viewOf, nameWidth, narrow, theme));
  return blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function block(cases: readonly string[], kernels: readonly GridKernel[], viewOf: ViewOf, nameWidth: number, layout: Layout, theme: Theme): readonly string[] {
  const { ellipsis } = glyphsOf(theme);
  const margin = ' '.repeat(nameWidth + 2);
  const between = ' '.repeat(layout.groupGap);
  const rows = cases.map((name) => {
    const groups = kernels.map((kernel) => {
      const cells = kernel.archs.map((arch) => drawCell(viewOf(name, kernel.kernel, arch), columnWidth(arch, layout), layout, theme));
      return padEnd(cells.join(' '.repeat(layout.gap)), groupWidth(kernel, layout));
    });
    return `${padEnd(clip(name, nameWidth, ellipsis), nameWidth)}  ${groups.join(between)}`.trimEnd();
  });
  const titles = kernels.map((kernel) => kernelTitle(kernel.kernel, groupWidth(kernel, layout), theme));
  const archs = kernels.map((kernel) => {
    const names = kernel.archs.map((arch) => padEnd(layout.title(arch), columnWidth(arch, layout)));
    return padEnd(names.join(' '.repeat(layout.gap)), groupWidth(kernel, layout));
  });
  return [
    margin + titles.join(between),
    layout.title === layouts[3]?.title ? legend(kernels, margin, theme) : margin + paint(theme, 'dim', archs.join(between).trimEnd()),
    ...rows,
  ];
}

/** The name with a line over the columns that belong to it. */
function kernelTitle(kernel: string, width: number, theme: Theme): string {
  const { rule } = glyphsOf(theme);
  const rest = width - displayWidth(kernel) - 1;
  return paint(theme, 'bold', kernel) + (rest > 1 ? ` ${paint(theme, 'dim', rule.repeat(rest))}` : ' '.repeat(Math.max(0, rest + 1)));
}

/** Where columns have no titles: which arch they stand for. */
function legend(kernels: readonly GridKernel[], margin: string, theme: Theme): string {
  const sets = [...new Set(kernels.map(({ archs }) => archs.join(' ')))];
  return margin + paint(theme, 'dim', sets.length === 1 ? `each ${sets.join('')}` : kernels.map(({ kernel, archs }) => `${kernel}: ${archs.join(' ')}`).join('; '));
}

function drawCell(view: GridCellView | undefined, width: number, layout: Layout, theme: Theme): string {
  if (view === undefined) return ' '.repeat(width);
  const symbol = view.symbol ?? symbolOf(theme, view.look);
  const time = layout.times && view.time !== '' ? ` ${clip(view.time, width - 2, '')}` : '';
  return paintLook(theme, view.look, symbol) + paint(theme, 'dim', time) + ' '.repeat(Math.max(0, width - displayWidth(symbol + time)));
}

const columnWidth = (arch: string, layout: Layout): number => Math.max(layout.minimum, displayWidth(layout.title(arch)));

function groupWidth({ kernel, archs }: GridKernel, layout: Layout): number {
  const columns = archs.reduce((sum, arch) => sum + columnWidth(arch, layout), 0) + layout.gap * Math.max(0, archs.length - 1);
  return Math.max(displayWidth(kernel), columns);
}

function gridWidth(kernels: readonly GridKernel[], layout: Layout): number {
  return kernels.reduce((sum, kernel) => sum + groupWidth(kernel, layout), 0) + layout.groupGap * Math.max(0, kernels.length - 1);
}

function splitKernels(kernels: readonly GridKernel[], layout: Layout, room: number): readonly (readonly GridKernel[])[] {
  const blocks: GridKernel[][] = [];
  for (const kernel of kernels) {
    const last = blocks.at(-1);
    if (last !== undefined && gridWidth([...last, kernel], layout) <= room) last.push(kernel);
    else blocks.push([kernel]);
  }
  return blocks;
}

const hasDistinctTitles = ({ kernels }: Grid, { title }: Layout): boolean =>
  kernels.every(({ archs }) => archs.every((arch) => title(arch) === '') || new Set(archs.map(title)).size === archs.length);

/** At most four characters, so that columns stay narrow: `2.3s`, `72s`, `20m`. */
export function gridTime(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  return seconds < 999.5 ? `${Math.round(seconds)}s` : `${Math.round(seconds / 60)}m`;
}

/** At most four characters: `x86_64` → `x86`, `aarch64` → `a64`, `riscv64` → `r64`, `s390x` → `s390`. */
function shortArch(arch: string): string {
  const [head = ''] = arch.split('_');
  if (head.length <= 4) return head;
  const [, letter, digits] = /^([a-z])[a-z]+(\d+)/.exec(head) ?? [];
  return letter !== undefined && digits !== undefined ? `${letter}${digits}`.slice(0, 4) : head.slice(0, 4);
}
