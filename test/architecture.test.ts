// Keeps the shape of src/ that ARCHITECTURE.md draws: who may import whom, which files are pure, how long a file may be.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

/** Folders of src/ and what each may import besides itself and model/. `run` and `cli` compose the rest. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  sys: [],
  lock: ['sys'],
  arch: [],
  cache: ['sys'],
  apt: ['sys', 'cache', 'lock'],
  archive: ['sys'],
  oci: ['sys', 'archive', 'cache'],
  config: ['sys'],
  matrix: [],
  registry: ['sys', 'cache', 'oci', 'lock'],
  source: ['sys', 'cache', 'apt', 'archive', 'oci', 'registry', 'guest'],
  guest: [],
  kernel: ['sys', 'cache', 'apt', 'archive', 'source', 'symbols'],
  image: ['sys', 'cache', 'archive', 'oci', 'source'],
  media: ['sys', 'cache', 'archive', 'source'],
  boot: ['sys', 'cache'],
  probe: ['sys'],
  symbols: ['sys', 'archive'],
  console: [],
  verdict: ['console'],
  history: ['sys', 'version.ts'],
  report: ['sys'],
  page: ['report'],
  scaffold: ['sys'],
  doctor: ['sys', 'boot', 'cache', 'arch'],
  run: ['sys', 'arch', 'cache', 'lock', 'apt', 'archive', 'oci', 'registry', 'source', 'config', 'matrix', 'kernel', 'image', 'media', 'boot', 'guest', 'probe', 'symbols', 'console', 'verdict', 'history', 'report', 'version.ts'],
  cli: ['sys', 'arch', 'boot', 'cache', 'config', 'matrix', 'kernel', 'report', 'doctor', 'run', 'scaffold', 'version.ts'],
  'main.ts': ['cli'],
  'index.ts': ['config', 'run'],
  'version.ts': [],
};

/** Each npm package is imported in one place, so that it can be replaced there. A trailing slash allows a folder. */
const homeOf: Readonly<Record<string, readonly string[]>> = {
  zod: ['model/', 'config/', 'lock/', 'registry/', 'oci/', 'image/linuxkit/', 'apt/', 'boot/', 'report/json-schema.ts'],
  yaml: ['config/yaml.ts'],
  jiti: ['config/'],
  execa: ['sys/process.ts'],
  undici: ['sys/http.ts'],
  'p-queue': ['run/'],
  chokidar: ['run/changed/watch-files.ts'],
  commander: ['cli/'],
  picomatch: ['matrix/'],
  'tap-parser': ['console/suites/tap-document.ts'],
  fzstd: ['archive/compress.ts'],
  'junit-report-builder': ['report/reporters/junit.ts'],
  '@actions/core': ['report/reporters/github.ts'],
  preact: ['page/'],
};

/** No I/O, clock, randomness or environment. */
const pure = ['model/', 'matrix/', 'console/', 'verdict/', 'boot/plan.ts', 'boot/devices.ts', 'archive/rootfs.ts', 'oci/bundle.ts', 'symbols/symbol.ts', 'symbols/table.ts', 'symbols/map.ts', 'symbols/elf.ts', 'run/cell-files.ts', 'run/changed/touched.ts'];
const impure = /\bfrom 'node:(?!path|util|buffer|string_decoder)|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bperformance\./;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name).slice(join(root, 'src').length + 1);
    const text = readFileSync(join(root, 'src', path), 'utf8');
    return { path, text, imports: importsOf(text) };
  })
  .sort((a, b) => (a.path < b.path ? -1 : 1));

function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

const folderOf = (path: string): string => path.split('/')[0] ?? path;
const resolveImport = (from: string, specifier: string): string => normalize(join(dirname(from), specifier));
const packageName = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
const inHome = (path: string, homes: readonly string[]): boolean => homes.some((home) => (home.endsWith('/') ? path.startsWith(home) : path === home));

describe('the shape of src/', () => {
  it('knows every folder', () => {
    const unknown = [...new Set(sources.map(({ path }) => folderOf(path)))].filter((folder) => mayImport[folder] === undefined);
    expect(unknown, 'add the folder to `mayImport` here and to the picture in ARCHITECTURE.md').toEqual([]);
  });

  it('imports only downwards', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolveImport(path, specifier))
        .filter((target) => folderOf(target) !== folderOf(path) && folderOf(target) !== 'model' && mayImport[folderOf(path)]?.includes(folderOf(target)) === false)
        .map((target) => `src/${path} imports src/${target}: pass the data in from run/ instead`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no import cycle, types included', () => {
    const graph = new Map(sources.map(({ path, imports }) => [path, imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => resolveImport(path, specifier))]));
    expect(findCycle(graph)).toBeUndefined();
  });

  it('imports each npm package in its one home', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map(packageName)
        .filter((name) => !inHome(path, homeOf[name] ?? []))
        .map((name) => `src/${path} imports ${name}, whose home is ${homeOf[name]?.join(', ') ?? 'not decided: add it to homeOf'}`),
    );
    expect(wrong).toEqual([]);
  });

  it('sends no package to the browser but that which draws the page', () => {
    const valueImports = new Map(sources.map(({ path, text }) => [path, importsOf(text.replace(/^import type .*$/gm, ''))]));
    const reached = new Set(['page/main.tsx']);
    for (const path of reached) valueImports.get(path)?.filter((specifier) => specifier.startsWith('.')).forEach((specifier) => reached.add(resolveImport(path, specifier)));
    const packages = [...reached].flatMap((path) => (valueImports.get(path) ?? []).filter((specifier) => !specifier.startsWith('.')).map((specifier) => `src/${path} imports ${specifier}`));
    expect(packages.filter((line) => !/ imports preact(\/\w+)?$/.test(line))).toEqual([]);
  });

  it('has no home for a package that nobody imports', () => {
    const used = new Set(sources.flatMap(({ imports }) => imports.filter((specifier) => !specifier.startsWith('.')).map(packageName)));
    expect(Object.keys(homeOf).filter((name) => !used.has(name))).toEqual([]);
  });

  it('keeps the pure stages free of I/O, clock, randomness and environment', () => {
    const isData = (path: string): boolean => folderOf(path) === 'arch' && path !== 'arch/index.ts';
    const wrong = sources.filter(({ path }) => inHome(path, pure) || isData(path)).filter(({ text }) => impure.test(withoutComments(text))).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('ends the process and writes to the terminal only at the rim', () => {
    const wrong = sources
      .filter(({ path }) => path !== 'main.ts' && !path.startsWith('cli/') && !path.startsWith('report/reporters/'))
      .filter(({ text }) => /\bprocess\.exit\(|\bconsole\.(log|error|warn)\(|\bprocess\.std(out|err)\.write\(/.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('has no file over 300 lines', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 300).map(({ path }) => path)).toEqual([]);
  });

  it('opens every file with a comment that says what it is for', () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?\/[/*]/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node].join(' → ');
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
