// S-005: a flood of logins at the real cost of a hash, in 512 MiB.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, address, call, granted, login, person, signedIn, source } from
    '../http/api.mjs';
import { alive, kill, pidOf, site, sleep, times, until, workers } from
    './kills.mjs';

const group = process.env.DOORWARD_GROUP;    // a memory group's folder
const where = group ? 'in a memory group of 512 MiB' :
    'with 512 MiB of address space for each process (no memory group here)';
const MIB = 1 << 20;

const read = (name) => readFileSync(join(group, name), 'utf8');
const oomKills = () => !group ? 0 : Number(/oom_kill (\d+)/.exec(
    read(group.includes('/memory/') ? 'memory.oom_control' :
        'memory.events'))[1]);
function peak() {
    for (const name of ['memory.max_usage_in_bytes', 'memory.peak'])
        try {
            return `${Math.round(Number(read(name)) / MIB)} MiB at most`;
        } catch {
            continue;
        }
    return 'peak unknown';
}

const wordOf = (a) => a.status === 503 ? 'busy' : a.json?.ErrorCode ??
    a.status;
function tally(answers) {
    const n = {};
    for (const a of answers)
        n[wordOf(a)] = (n[wordOf(a)] ?? 0) + 1;
    return n;
}

test(`S-005: 300 logins at once ${where}: no kill, no 500, tokens are checked`,
    { timeout: 120000 }, async (t) => {
        const p = await signedIn();
        const before = workers().sort();
        if (group)
            for (const pid of before)
                assert.ok(read('cgroup.procs').split('\n')
                    .includes(String(pid)), 'a worker outside of the group');
        const took = [];
        let flood = true;
        const checks = times(2, async () => {
            while (flood) {
                const from = performance.now();
                granted(await call('GET', `${AUTH}/access_token/validate`,
                    { token: p.token }));
                took.push(performance.now() - from);
                await sleep(5);
            }
        });
        await sleep(200);
        const begun = performance.now();
        const all = await times(300, (i) => call('POST', `${AUTH}/login`, {
            from: source(), json: [
                { email: p.email, password: 'cobalt-meadow-71' },
                { email: address(), password: 'cobalt-meadow-71' },
                { email: address(), password: 'x'.repeat(128) }][i % 3] }))
            .finally(() => { flood = false; });
        const lasted = performance.now() - begun;
        await checks;
        took.sort((a, b) => a - b);
        const at = (q) => took[Math.floor((took.length - 1) * q)].toFixed(1);
        t.diagnostic(`flood: tried 300, held ${all.filter((a) =>
            [200, 401, 503].includes(a.status)).length} in ` +
            `${(lasted / 1000).toFixed(1)} s ${JSON.stringify(tally(all))}`);
        t.diagnostic(`token checks meanwhile: ${took.length}, median ` +
            `${at(0.5)} ms, 95th percentile ${at(0.95)} ms, longest ` +
            `${at(1)} ms`);
        if (group)
            t.diagnostic(`memory: tried 512 MiB, held ${peak()}`);
        for (const [i, a] of all.entries()) {
            if (a.status === 503)
                assert.ok(Number(a.headers.get('retry-after')) > 0, a.text);
            else
                assert.equal(a.status, i % 3 ? 401 : 200, a.text);
        }
        assert.equal(oomKills(), 0);
        assert.deepEqual(workers().sort(), before, 'a worker ended');
        assert.ok(took.length > 4);
        assert.ok(Number(at(0.95)) < 10000);
    });

test('S-005: length is judged before a hash is made', async () => {
    const p = await person();
    for (const password of ['x'.repeat(2000), 'x'.repeat(100000)]) {
        const from = performance.now();
        const all = await times(50, () => login({ email: p.email }, password,
            { from: source() }));
        assert.ok(all.every((a) => a.status >= 400 && a.status < 500),
            all[0].text);
        assert.ok(performance.now() - from < 10000);
    }
});

// The locks on the file of the places, by byte.
const inode = () => statSync(join(site, 'state', 'hash.slots')).ino;
const places = () => readFileSync('/proc/locks', 'latin1').split('\n')
    .filter((l) => l.includes(`:${inode()} `) && l.includes('WRITE'))
    .map((l) => l.trim().split(/\s+/).slice(-2).join()).sort();

test('S-005: kill -9 of who holds a place frees it', { timeout: 60000 },
    async (t) => {
        const p = await person();
        const parent = pidOf('spawner');
        const all = (signal) => workers(parent).forEach((pid) =>
            kill(pid, signal));
        let load = true;
        const logins = times(8, async () => {
            while (load)
                await call('POST', `${AUTH}/login`, { from: source(),
                    judge: false, json: { email: address(), password: 'x' } })
                    .catch(() => {});
        });
        try {
            // All stand still while somebody is hashing, and nobody takes the
            // stead of whoever is killed.
            kill(parent, 'SIGSTOP');
            const stopped = workers(parent);
            const held = await until('somebody holds a place', async () => {
                const end = Date.now() + 1000;
                while (places().length === 0 && Date.now() < end)
                    await new Promise(setImmediate);
                stopped.forEach((pid) => kill(pid, 'SIGSTOP'));
                const now = places();
                if (now.length === 0)
                    stopped.forEach((pid) => kill(pid, 'SIGCONT'));
                return now.length > 0 && now;
            }, 40);
            let killed = 0;
            while (killed < stopped.length && places().length > 0) {
                const pid = stopped[killed++];
                kill(pid, 'SIGKILL');
                await until('it is gone', () => !alive(pid));
            }
            t.diagnostic(`places: tried ${held.length}, held ` +
                `${held.length - places().length} (${killed} of ` +
                `${stopped.length} processes killed)`);
            assert.deepEqual(places(), []);
        } finally {
            load = false;
            kill(parent, 'SIGCONT');
            all('SIGCONT');
            await logins;
        }
        const from = performance.now();
        granted(await login(p, undefined, { from: source() }));
        assert.ok(performance.now() - from < 4000);
        assert.deepEqual(places(), []);
    });
