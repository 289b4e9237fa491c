// The database is away, comes back, dies, stops, slows down.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync,
    writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AUTH, address, call, granted, login, person, refused, signedIn,
    sott, password } from '../http/api.mjs';
import { Proxy, Tally, cgi, ctl, db, name, short, site, sleep, timed,
    until } from './faults.mjs';

const proxy = new Proxy();
after(() => proxy.listener && proxy.down());

const validate = (p) => call('GET', `${AUTH}/access_token/validate`,
    { token: p.token });
const profile = (p) => call('GET', `${AUTH}/account`, { token: p.token });

// 503, documented (api.mjs judges the body), and when to come back.
function unavailable(answer) {
    refused(answer, 503, 503);
    assert.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
}

test('S-140: no database at the start: 503 within 3 s, then by itself',
    async () => {
        const nobody = { email: 'nobody@example.com' };
        for (let i = 0; i < 4; i++) {
            const { answer, ms } = await timed(() => login(nobody));
            unavailable(answer);
            assert.ok(ms < 3000, `${ms} ms`);
        }
        await proxy.up();
        refused(await login(nobody), 966, 401);
    });
