// A new case, from a template. Pure: the caller writes the files.
import type { NewFiles } from './files.ts';

interface CaseTemplate {
  readonly summary: string;
  /** Paths below the case's folder. */
  readonly files: NewFiles;
}

const script = `#!/bin/sh
# Runs in the guest. Exit status 0 is a pass, 4 a skip, any other a failure.
set -e

echo "this is Linux $(uname -r) on $(uname -m)"
test -d /proc/self
`;

const results = `#!/bin/sh
# Runs in the guest and prints KTAP: a plan, then one line for each result.
echo 'KTAP version 1'
echo '1..2'

if test -d /proc/self; then echo 'ok 1 proc_is_mounted'; else echo 'not ok 1 proc_is_mounted'; fi
if test -e /sys/fs/cgroup; then echo 'ok 2 cgroups'; else echo 'ok 2 cgroups # SKIP this kernel has none'; fi
`;

const image = `# LinuxKit YAML: what the guest is made of. "kit-test build" makes bootable files of it too.
init:
  - builtin:init
  - apt:busybox-static
onboot:
  - name: check
    image: dir:./check
    command: ["/bin/sh", "/check.sh"]
    binds:
      - /bin/busybox:/bin/sh:ro
`;

const templates = {
  script: {
    summary: 'a shell script whose exit status is the verdict',
    files: { 'case.yaml': 'summary: SUMMARY\nrun: { command: [sh, ./check.sh], copy: [check.sh] }\n', 'check.sh': script },
  },
  ktap: {
    summary: 'a script that prints a result for each of its tests',
    files: { 'case.yaml': 'summary: SUMMARY\nrun: { command: [sh, ./check.sh], copy: [check.sh] }\nexpect: { protocol: ktap }\n', 'check.sh': results },
  },
  image: {
    summary: 'a LinuxKit image of its own, with containers that run in their order',
    files: { 'case.yaml': 'summary: SUMMARY\ntimeouts: { total: 90s }\n', 'image.yml': image, 'check/check.sh': script },
  },
} satisfies Readonly<Record<string, CaseTemplate>>;

export type CaseTemplateName = keyof typeof templates;

/** Every template with what it is. */
export const caseTemplates: Readonly<Record<CaseTemplateName, Pick<CaseTemplate, 'summary'>>> = templates;

/** The files of a new case, by their paths below the folder of cases. */
export function newCase(name: string, template: CaseTemplateName, summary = `what ${name} shows`): NewFiles {
  const { files }: CaseTemplate = templates[template];
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text.replace('SUMMARY', JSON.stringify(summary))]));
}
