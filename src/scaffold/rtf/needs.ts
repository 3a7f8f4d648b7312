// What labels of rtf say of the machine, as needs of a case. rtf gives each run the labels of its host: system, distribution,
// version, architecture; a test with labels runs where one of them is there, and none that is negated. Pure.
import type { Label, Problem } from './header.ts';

export interface Translated {
  /** Architectures by Go's names, which cases take too. */
  readonly arch?: readonly string[];
  readonly os?: readonly string[];
  /** The others, as they are written. */
  readonly labels: readonly string[];
  readonly problems: readonly Problem[];
}

const archs = ['amd64', 'arm64', 'arm', 'riscv64'];
const otherArchs = ['386', 's390x', 'ppc64le'];
const systems = ['linux', 'darwin'];
const systemOf: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', osx: 'darwin' };
const otherSystems = ['windows', 'win'];

export function translateLabels(all: readonly Label[]): Translated {
  const wanted = all.filter(({ negated }) => !negated);
  const unwanted = all.filter(({ negated }) => negated);
  const areArchs = wanted.length > 0 && wanted.every(({ name }) => [...archs, ...otherArchs].includes(name));
  const areSystems = wanted.length > 0 && wanted.every(({ name }) => systemOf[name] !== undefined || otherSystems.includes(name));
  const notArch = unwanted.filter(({ name }) => archs.includes(name)).map(({ name }) => name);
  const notSystem = unwanted.flatMap(({ name }) => systemOf[name] ?? []);
  const arch = (areArchs ? archs.filter((name) => wanted.some((label) => label.name === name)) : archs).filter((name) => !notArch.includes(name));
  const os = (areSystems ? systems.filter((name) => wanted.some((label) => systemOf[label.name] === name)) : systems).filter((name) => !notSystem.includes(name));
  const isTold = ({ name, negated }: Label): boolean => (negated ? [...archs, ...otherArchs, ...otherSystems].includes(name) || systemOf[name] !== undefined : areArchs || areSystems);
  const rest = all.filter((label) => !isTold(label));
  const nowhere = arch.length === 0 || os.length === 0;
  return {
    ...(arch.length === archs.length || nowhere ? {} : { arch }),
    ...(os.length === systems.length || nowhere ? {} : { os }),
    labels: [...new Set([...(nowhere ? all : rest)].map(({ name, negated }) => `${negated ? '!' : ''}${name}`))],
    problems: [
      ...(nowhere ? [{ line: all[0]?.line, message: `LABELS ${all.map(({ name }) => name).join(', ')}: a machine that kit-test does not run on` }] : []),
      ...rest.filter(({ negated }) => negated).map(({ name, line }) => ({ line, message: `LABELS !${name}: not where a run has the label ${name}; leave the case out with --case there` })),
    ],
  };
}
