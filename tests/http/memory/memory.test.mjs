// What stays in a worker's memory once it has answered.  Only root may look.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync,
    readSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, base, call, granted, login, person, refused } from
    '../api.mjs';

const program = statSync(process.env.DOORWARD_PROGRAM).ino;
const workers = () => readdirSync('/proc').filter((pid) => {
    try {
        return /^\d+$/.test(pid) && statSync(`/proc/${pid}/exe`).ino ===
            program;
    } catch {
        return false;
    }
});

// Every place in the writable memory of a process where a text stands.
function places(pid, words) {
    const found = [];
    const fd = openSync(`/proc/${pid}/mem`, 'r');
    for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1')
        .split('\n')) {
        const m = /^([0-9a-f]+)-([0-9a-f]+) rw.{2} \S+ \S+ \S+ *(.*)/
            .exec(line);
        if (!m || m[3] === '[vvar]')
            continue;
        const at = parseInt(m[1], 16), b = Buffer.alloc(
            parseInt(m[2], 16) - at);
        let n = 0;
        try {
            n = readSync(fd, b, 0, b.length, at);
        } catch {
            continue;
        }
        for (const word of words)
            for (const form of [word, encodeURIComponent(word)])
                if (b.subarray(0, n).includes(form))
                    found.push(`${pid} ${m[3] || 'mmap'}: ${form}`);
    }
    closeSync(fd);
    return found;
}

const secret = () => `w${randomBytes(9).toString('hex')}`;

test('passwords do not stay in a worker\'s memory (S-134)', {
    skip: process.getuid() !== 0 && 'only root may look into a process'
}, async () => {
    const words = [secret(), secret(), secret(), secret()];
    const p = await person({ body: { Password: words[0] } });
    for (let i = 0; i < 8; i++) {
        const s = granted(await login(p, words[0]));
        refused(await login(p, words[1]), 966, 401);
        refused(await call('PUT', `${AUTH}/password/change`, {
            token: s.access_token, from: p.from,
            json: { oldPassword: words[2], newPassword: words[3] } }), 967);
        await call('POST', `${AUTH}/login`, { from: p.from, judge: false,
            form: { email: p.email, password: words[1] } });
        await fetch(`${base}/login`, { method: 'POST', redirect: 'manual',
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({ identifier: p.email,
                password: words[0] }) });
        if (i % 2)
            granted(await login(p, words[0]));
    }
    const pids = workers();
    assert.ok(pids.length >= 4, `${pids.length} workers`);
    // The search finds what is there: the address of the program's own file.
    const known = readlinkSync(`/proc/${pids[0]}/exe`);
    assert.ok(pids.some((pid) => places(pid, ['doorward.fcgi']).length > 0),
        known);
    assert.deepEqual(pids.flatMap((pid) => places(pid, words)), []);
});
