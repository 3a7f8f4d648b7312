// The image references of a document: where they stand, how LinuxKit writes them in full, and how those of a second file
// are told from the folder of the first.
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parseReference } from '../../oci/reference.ts';
import { sections, type LinuxkitDocument } from './schema.ts';

/** `alpine` in full: `docker.io/library/alpine`. Other transports are as they were written. */
export function expandReference(text: string): string {
  const reference = parseReference(text);
  if ('problem' in reference || reference.transport !== 'docker') return text;
  return `${reference.name}${reference.tag === undefined ? '' : `:${reference.tag}`}${reference.digest === undefined ? '' : `@${reference.digest}`}`;
}

/** The same document with other image references. */
export function mapReferences(doc: LinuxkitDocument, change: (reference: string) => string): LinuxkitDocument {
  const { kernel, init, volumes } = doc;
  return {
    ...doc,
    ...(kernel?.image === undefined ? {} : { kernel: { ...kernel, image: change(kernel.image) } }),
    ...(init === undefined ? {} : { init: init.map(change) }),
    ...Object.fromEntries(sections.flatMap((section) => {
      const list = doc[section];
      return list === undefined ? [] : [[section, list.map((container) => ({ ...container, image: change(container.image) }))]];
    })),
    ...(volumes === undefined ? {} : { volumes: volumes.map((volume) => (volume.image === undefined ? volume : { ...volume, image: change(volume.image) })) }),
  };
}

/** The same document with its relative paths told from another folder than its own. */
export function rebase(doc: LinuxkitDocument, from: string, to: string): LinuxkitDocument {
  if (from === to) return doc;
  const moved = (path: string): string => {
    if (isAbsolute(path) || path.startsWith('~/')) return path;
    const near = relative(to, resolve(from, path));
    return near === '' ? '.' : near;
  };
  const located = mapReferences(doc, (text) => {
    if (text.startsWith('@pkg:')) return `@pkg:${moved(text.slice('@pkg:'.length))}`;
    const reference = parseReference(text);
    if ('problem' in reference || !('path' in reference)) return text;
    return `${reference.transport}:${moved(reference.path)}${'ref' in reference ? `:${reference.ref}` : ''}`;
  });
  if (doc.files === undefined) return located;
  return { ...located, files: doc.files.map((file) => (file.source === undefined ? file : { ...file, source: moved(file.source) })) };
}

/** Where a file's source lies: `~/` is the home folder, other relative paths count from the YAML file. */
export function sourcePath(source: string, baseDir: string, home: string): string {
  return source.startsWith('~/') ? join(home, source.slice(2)) : resolve(baseDir, source);
}
