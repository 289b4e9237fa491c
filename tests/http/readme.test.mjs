// The README's tour, copied and run as it stands.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync }
    from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { base, key, secret } from './api.mjs';
import { snippet } from './snippet.mjs';

test('the tour of README.md works', () => {
    const tour = snippet('README.md', 'tour');
    const dir = mkdtempSync(join(tmpdir(), 'doorward-tour-'));
    mkdirSync(join(dir, 'var'));
    symlinkSync(process.env.DOORWARD_OUTBOX, join(dir, 'var/outbox'));
    writeFileSync(join(dir, 'var/demo.env'), `DOORWARD_URL=${base}\n` +
        `DOORWARD_API_KEY=${key}\nDOORWARD_API_SECRET=${secret}\n`);
    const out = execFileSync('bash', ['-eu'], { cwd: dir, input: tour,
        encoding: 'utf8' });
    rmSync(dir, { recursive: true });
    const answers = out.split('}{').length;
    assert.equal(answers, 5, out);
    assert.equal(out.match(/"IsPosted":true/g).length, 3, out);
    assert.match(out, /"FirstName":"Ada"/);
    assert.match(out, /"expires_in":"20/);
    assert.ok(!/ErrorCode/.test(out), out);
});
