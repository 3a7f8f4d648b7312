// Builds dist/ from src/. One file for each folder of src/, because starting a process that reads 400 small files takes
// half a second on a busy machine. What is found by its file name (architectures, sources, transports, reporters) stays
// a file of its own where it was, and packages that not every command needs stay packages, loaded on first use.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('.', import.meta.url));
const source = join(root, 'src');
const target = join(root, 'dist');

const entries = ['main.ts', 'index.ts'];
const foundByName = [/^arch\/(?!index\.ts$)[^/]+\.ts$/, /^kernel\/sources\/[^/]+\.ts$/, /^source\/transports\/[^/]+\.ts$/, /^media\/formats\/[^/]+\.ts$/, /^guest\/[^/]+\/tree\.ts$/, /^media\/formats\/[^/]+\.ts$/, /^report\/reporters\/[^/]+\.ts$/];
const external = [/^node:/, 'execa', 'jiti', 'undici', 'fzstd', 'junit-report-builder', '@actions/core', 'chokidar'];

const files = readdirSync(source, { recursive: true }).filter((path) => path.endsWith('.ts') && !path.startsWith('page/'));
const inputs = files.filter((path) => entries.includes(path) || foundByName.some((pattern) => pattern.test(path)));

rmSync(target, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(inputs.map((path) => [path.slice(0, -'.ts'.length), join(source, path)])),
  platform: 'node',
  external,
  tsconfig: join(root, 'tsconfig.build.json'),
  // Node 20 has no `await using`.
  transform: { target: 'node20.19' },
  preserveEntrySignatures: 'allow-extension',
});
await bundle.write({
  dir: target,
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  // A format is found by its name, which may hold a "+".
  sanitizeFileName: false,
  chunkFileNames: ({ name, facadeModuleId }) => (facadeModuleId?.includes('/cli/actions/') ? `cli/actions/${name}.js` : `${name}.js`),
  // Imports between folders go one way (test/architecture.test.ts), so the files made of them do too.
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'folders', name: (id) => (id.includes('node_modules') ? 'packages' : id.startsWith(source) ? chunkOf(relative(source, id)) : null) }] },
});
await buildPage();
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json'), '--emitDeclarationOnly'], { stdio: 'inherit' });
cpSync(join(source, 'guest'), join(target, 'guest'), { recursive: true, filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts') });
chmodSync(join(target, 'main.js'), 0o755);

/** The page of a run: one script for browsers, its packages in it. What only Node has must not get there unnoticed. */
async function buildPage() {
  const onLog = (level, { message }) => {
    if (level === 'warn') throw new Error(`the page cannot be built: ${message}`);
  };
  const page = await rolldown({ input: join(source, 'page/main.tsx'), onLog, platform: 'browser', tsconfig: join(source, 'page/tsconfig.json'), transform: { target: 'es2022' } });
  await page.write({ file: join(target, 'page/page.js'), format: 'esm', minify: true });
  cpSync(join(source, 'page/style.css'), join(target, 'page/page.css'));
}

/** `kernel/resolve.ts` → `kernel/index`: beside the folders it looks into by `import.meta.url`. Entries stay by themselves. */
function chunkOf(path) {
  if (inputs.includes(path) || path.startsWith('cli/actions/')) return null;
  return path.includes('/') ? `${path.split('/')[0]}/index` : path.slice(0, -'.ts'.length);
}
