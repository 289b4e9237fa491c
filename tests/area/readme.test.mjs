// What README.md says of guarded folders, as it stands there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { base, signedIn } from '../http/api.mjs';
import { snippet } from '../http/snippet.mjs';

const [program, ...config] = process.env.DOORWARD_CTL.split(' ');
const { origin } = new URL(base);

test('the folder of README.md', async () => {
    const p = await signedIn();
    const words = snippet('README.md', 'guard')
        .replace('ada@example.com', p.email)
        .replace(/^doorwardctl /m, `${program} `);
    const out = execFileSync('bash', ['-eu'], { input: words,
        encoding: 'utf8', env: { PATH: process.env.PATH, site: origin,
            access: p.token, conf: config[1] } });
    assert.deepEqual(out.match(/^\d+$/gm), ['303', '401', '200', '403',
        '200'], out);
    for (const folder of process.env.DOORWARD_AREAS.split(' ')) {
        const a = await fetch(`${origin}/${folder}/readme.php`, { headers: {
            Authorization: `Bearer ${p.token}` } });
        assert.match(await a.text(), /^Good day, [0-9a-f]{32} \(board\)\n$/);
    }
});
