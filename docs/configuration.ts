// Writes docs/configuration.md from the JSON Schemas, which come from the schemas that check the files.
// Used by test/docs.test.ts, which keeps the file true.

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const files = [
  ['harness', '`harness.config.ts`', 'The project: `export default defineConfig({ … })`.'],
  ['kernel', '`kernels/NAME.yaml`', 'Where a kernel comes from. The file name is the kernel’s name.'],
  ['case', '`cases/NAME/case.yaml`', 'One test case. The folder name is the case’s name.'],
] as const;

export function renderConfiguration(schemas: Readonly<Record<(typeof files)[number][0], unknown>>): string {
  const sections = files.map(([name, title, text]) => `## ${title}\n\n${text}\n\n${table(schemas[name] as Schema)}`);
  return `# Configuration

Generated from the schemas by \`npm run docs\`; a test keeps it true. Editors read the same as JSON Schema: \`kit-test schema case\`.

${sections.join('\n')}`;
}

function table(schema: Schema): string {
  const rows = rowsOf(schema, '').map(({ key, type, fallback, text }) => `| ${key} | ${type} | ${fallback} | ${text} |`);
  return `| key | value | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly text: string;
}

function rowsOf(schema: Schema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = `${prefix}${name}`;
    const own: Row = {
      key: `\`${key}\`${schema.required?.includes(name) === true && child.default === undefined ? ' **required**' : ''}`,
      type: escape(typeOf(child)),
      fallback: child.default === undefined || typeof child.default === 'object' && child.default !== null && !Array.isArray(child.default) ? '' : `\`${JSON.stringify(child.default)}\``,
      text: escape(child.description ?? ''),
    };
    return [own, ...nested(child, key)];
  });
}

function nested(child: Schema, key: string): Row[] {
  if (child.properties !== undefined) return rowsOf(child, `${key}.`);
  const variants = [...(child.anyOf ?? []), ...(child.oneOf ?? [])];
  const tagged = variants.filter((variant) => variant.properties?.type?.const !== undefined);
  if (tagged.length > 0) {
    return tagged.flatMap((variant) => [
      { key: `\`${key}.type\``, type: `\`${String(variant.properties?.type?.const)}\``, fallback: '', text: escape(variant.description ?? '') },
      ...rowsOf({ ...variant, properties: Object.fromEntries(Object.entries(variant.properties ?? {}).filter(([name]) => name !== 'type')) }, `${key}.`),
    ]);
  }
  const object = [child.items, ...variants].find((variant) => variant?.properties !== undefined);
  return object === undefined ? [] : rowsOf(object, `${key}${child.items === object ? '[]' : ''}.`);
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', "")}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (variants.length > 0) return [...new Set(variants.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties !== undefined) return 'mapping';
  if (typeof schema.additionalProperties === 'object') return `mapping of ${typeOf(schema.additionalProperties)}`;
  return typeof schema.type === 'string' ? schema.type : 'any';
}

const escape = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
