// Builds dist/ from src/: TypeScript by tsc, and the guest's files, which are copied as they are.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], { stdio: 'inherit' });
cpSync(`${root}src/image/guest`, `${root}dist/image/guest`, {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts'),
});
chmodSync(`${root}dist/main.js`, 0o755);
if (!readdirSync(`${root}dist`).includes('main.js')) throw new Error('dist/main.js was not built');
