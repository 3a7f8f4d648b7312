// Whether a kernel and an architecture have what a case cannot do without. Each answer is the reason of a skip, or undefined.
import type { Arch } from '../model/arch.ts';
import type { Needs } from '../model/case.ts';
import { satisfies } from './version.ts';

/** @returns why a kernel release does not do. */
export function unmetRelease(needs: Needs, release: string): string | undefined {
  if (needs.kernel === undefined || satisfies(release, needs.kernel)) return undefined;
  return `needs kernel ${needs.kernel}, this is ${release}`;
}

/** @returns why an architecture does not do. */
export function unmetArch(needs: Needs, arch: Arch): string | undefined {
  const wanted = needs.arch;
  if (wanted === undefined || [arch.name, ...arch.aliases].some((name) => wanted.includes(name))) return undefined;
  return wanted.length === 0 ? 'needs.arch names no architecture' : `needs ${wanted.join(' or ')}, this is ${arch.name}`;
}

/** @returns why a system does not do; `os` is Node's name for it. */
export const unmetSystem = ({ os }: Needs, actual: string): string | undefined => (os === undefined || os.some((name) => name === actual) ? undefined : `needs ${os.join(' or ')}, this is ${actual}`);

/**
 * @param kconfig options that are set, as `CONFIG_X=value` lines of a kernel's configuration say
 * @returns all options that are missing. `CONFIG_X` wants it built in or as a module, `CONFIG_X=y` exactly that value;
 *   `CONFIG_X=n` wants it off.
 */
export function unmetConfig(needs: Needs, kconfig: ReadonlyMap<string, string>): string | undefined {
  const unmet = needs.config.flatMap((need) => {
    const split = need.indexOf('=');
    const [name, wanted] = split < 0 ? [need, undefined] : [need.slice(0, split), need.slice(split + 1)];
    const value = unquote(kconfig.get(name) ?? 'n');
    const met = wanted === undefined ? value === 'y' || value === 'm' : value === unquote(wanted);
    return met ? [] : [`${need} (${value === 'n' ? 'not set' : `is ${value}`})`];
  });
  return unmet.length === 0 ? undefined : `needs ${unmet.join(', ')}`;
}

const unquote = (value: string): string => /^"(.*)"$/s.exec(value)?.[1] ?? value;
