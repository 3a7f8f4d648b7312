import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { openHostMemo } from '../../../src/boot/memo.ts';
import { findQemu, installHint } from '../../../src/boot/qemu.ts';
import { findProgram } from '../../../src/sys/programs.ts';
import { temporaryFolder } from '../cache/folder.ts';

const arch = (await loadArchs()).find(({ name }) => name === 'arm') ?? expect.fail('no arm');

afterEach(() => void vi.unstubAllEnvs());

/** Only programs of `folder` are found while the test runs. */
function onlyProgramsOf(folder: string): void {
  vi.stubEnv('PATH', folder);
}

describe('findQemu', () => {
  it('says what to install where there is no QEMU for the architecture', async () => {
    const folder = await temporaryFolder();
    onlyProgramsOf(folder);
    await expect(findQemu(arch, openHostMemo(join(folder, 'host.json')))).rejects.toMatchObject({
      code: 'QEMU_NOT_FOUND',
      message: expect.stringContaining('qemu-system-arm is not installed') as string,
      hint: installHint(arch),
    });
  });

  it('says so where QEMU does not start', async () => {
    const folder = await temporaryFolder();
    const broken = join(folder, 'qemu-system-arm');
    await writeFile(broken, '#!/bin/sh\necho "error while loading shared libraries: libfdt.so.1" >&2\nexit 1\n');
    await chmod(broken, 0o755);
    onlyProgramsOf(folder);
    await expect(findQemu(arch, openHostMemo(join(folder, 'host.json')))).rejects.toMatchObject({ code: 'QEMU_BROKEN', message: expect.stringContaining('libfdt.so.1') as string });
  });

  it('asks a program once, and again when it has changed', async () => {
    const folder = await temporaryFolder();
    const memo = openHostMemo(join(folder, 'host.json'));
    const program = join(folder, 'qemu-system-arm');
    const install = async (major: number, body: string): Promise<void> => {
      await writeFile(program, `#!/bin/sh\n${body}\necho '{"QMP": {"version": {"qemu": {"major": ${major}, "minor": 2, "micro": 0}}}}'\n`);
      await chmod(program, 0o755);
    };
    onlyProgramsOf(folder);
    await install(8, '');
    expect(await findQemu(arch, memo)).toEqual({ path: program, version: '8.2.0', sandbox: true });
    expect(await findQemu(arch, memo)).toEqual({ path: program, version: '8.2.0', sandbox: true });
    await install(9, 'case "$*" in *-sandbox*) echo "-sandbox: invalid option" >&2; exit 1;; esac');
    expect(await findQemu(arch, memo)).toEqual({ path: program, version: '9.2.0', sandbox: false });
  });
});

describe('findProgram', () => {
  it('finds what can be run, in the order of PATH', async () => {
    const [one, two] = [await temporaryFolder(), await temporaryFolder()];
    for (const [folder, mode] of [[one, 0o644], [two, 0o755]] as const) {
      await writeFile(join(folder, 'tool'), '');
      await chmod(join(folder, 'tool'), mode);
    }
    onlyProgramsOf(`${one}:${two}`);
    expect(findProgram('tool')).toBe(join(two, 'tool'));
    expect(findProgram('no-tool')).toBeUndefined();
    expect(findProgram(join(two, 'tool'))).toBe(join(two, 'tool'));
  });
});
