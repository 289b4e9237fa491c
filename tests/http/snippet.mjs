// Pieces of the documentation that a test runs as they stand.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const root = new URL('../../', import.meta.url);

// The fenced block below <!-- name -->.
export function snippet(file, name) {
    const text = readFileSync(new URL(file, root), 'utf8');
    const found = new RegExp(`^( *)<!-- ${name} -->\n *\`\`\`\\w+\n` +
        '([^]*?)^ *```', 'm').exec(text);
    assert.ok(found, `${file} has no ${name}`);
    return found[2].replaceAll(new RegExp(`^${found[1]}`, 'gm'), '');
}
